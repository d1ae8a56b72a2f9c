# find_package(tarray): the targets tarray::tarray (shared) and tarray::static.
# The folder may be moved: everything is found relative to this file.

get_filename_component(_tarray_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET tarray::tarray)
  add_library(tarray::tarray SHARED IMPORTED)
  set_target_properties(tarray::tarray PROPERTIES
    IMPORTED_LOCATION "${_tarray_prefix}/lib/{{SONAME}}"
    IMPORTED_SONAME "{{SONAME}}"
    INTERFACE_INCLUDE_DIRECTORIES "${_tarray_prefix}/include")
endif()

if(NOT TARGET tarray::static)
  add_library(tarray::static STATIC IMPORTED)
  set_target_properties(tarray::static PROPERTIES
    IMPORTED_LOCATION "${_tarray_prefix}/lib/libtarray.a"
    INTERFACE_LINK_LIBRARIES "{{SYSTEM_LIBRARIES}}"
    INTERFACE_INCLUDE_DIRECTORIES "${_tarray_prefix}/include")
endif()

unset(_tarray_prefix)
