# SPDX-License-Identifier: BSL-1.0
# Defines weft::openblas, or sets weft_openblas_missing to what to do. Used by the build and by the installed package.
# The header is looked for in OpenBLAS's own folders first: a plain cblas.h may be the reference BLAS's, which lacks
# openblas_set_num_threads.
if (NOT TARGET weft::openblas)
  find_path(WEFT_OPENBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas-pthread openblas-openmp openblas-serial openblas)
  find_library(WEFT_OPENBLAS_LIBRARY openblas)
  mark_as_advanced(WEFT_OPENBLAS_INCLUDE WEFT_OPENBLAS_LIBRARY)
  if (WEFT_OPENBLAS_INCLUDE AND WEFT_OPENBLAS_LIBRARY)
    add_library(weft::openblas UNKNOWN IMPORTED GLOBAL)
    set_target_properties(weft::openblas PROPERTIES
      IMPORTED_LOCATION "${WEFT_OPENBLAS_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${WEFT_OPENBLAS_INCLUDE}")
  else ()
    set(weft_openblas_missing "OpenBLAS not found (cblas.h, libopenblas): on Debian, apt-get install libopenblas-dev; \
elsewhere, set WEFT_OPENBLAS_INCLUDE and WEFT_OPENBLAS_LIBRARY")
  endif ()
endif ()
