// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace weft {
template <class Signature> class function_ref;

/// Refers to a callable object that outlives the call it is passed to; it owns and allocates nothing.
template <class Result, class... Arguments> class function_ref<Result(Arguments...)> {
public:
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, function_ref> && std::is_object_v<std::remove_reference_t<F>> &&
             std::is_invocable_r_v<Result, F&, Arguments...>)
  function_ref(F&& f)
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, Arguments... a) {
          return static_cast<Result>(
              (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Arguments>(a)...));
        }) {}
  Result operator()(Arguments... a) const { return call_(object_, std::forward<Arguments>(a)...); }

private:
  void* object_;
  Result (*call_)(void*, Arguments...);
};
} // namespace weft
