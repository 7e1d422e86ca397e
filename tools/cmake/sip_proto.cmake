# sip_proto_library(<name> PROTOS <file>... [DEPS <proto library>...] [GRPC]): generates and compiles messages into <name>_proto
# and, with GRPC, the stubs into <name>_grpc. They are separate targets so that pure code never sees a gRPC header.
# Paths are relative to the proto root (default: proto/ of this project).

set(SIP_PROTO_OUT "${CMAKE_BINARY_DIR}/proto_gen")
set(SIP_GOOGLEAPIS_DIR "${CMAKE_SOURCE_DIR}/.deps/googleapis")
set(SIP_GRPC_PROTO_DIR "/usr/share/grpc-proto" CACHE PATH "Where the Debian package grpc-proto puts its files")
file(MAKE_DIRECTORY "${SIP_PROTO_OUT}")
find_program(SIP_GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

if(NOT EXISTS "${SIP_GOOGLEAPIS_DIR}/google/rpc/error_details.proto")
  message(FATAL_ERROR "google.rpc and google.type are missing; run: tools/dev setup")
endif()

function(sip_proto_library name)
  cmake_parse_arguments(ARG "GRPC" "ROOT" "PROTOS;DEPS" ${ARGN})
  if(NOT ARG_ROOT)
    set(ARG_ROOT "${CMAKE_SOURCE_DIR}/proto")
  endif()
  if(ARG_ROOT STREQUAL "${CMAKE_SOURCE_DIR}/proto")
    set_property(GLOBAL APPEND PROPERTY SIP_PROTO_FILES ${ARG_PROTOS})
  endif()
  set(sources)
  set(grpc_sources)
  set(all_outputs)
  foreach(proto IN LISTS ARG_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem "${proto}")
    set(outputs "${SIP_PROTO_OUT}/${stem}.pb.cc" "${SIP_PROTO_OUT}/${stem}.pb.h")
    set(grpc_args)
    list(APPEND sources "${SIP_PROTO_OUT}/${stem}.pb.cc")
    if(ARG_GRPC AND stem MATCHES "_service$|_views$|/health$|_rpcs$")
      list(APPEND outputs "${SIP_PROTO_OUT}/${stem}.grpc.pb.cc" "${SIP_PROTO_OUT}/${stem}.grpc.pb.h")
      list(APPEND grpc_sources "${SIP_PROTO_OUT}/${stem}.grpc.pb.cc")
      set(grpc_args "--plugin=protoc-gen-grpc=${SIP_GRPC_CPP_PLUGIN}" "--grpc_out=${SIP_PROTO_OUT}")
    endif()
    list(APPEND all_outputs ${outputs})
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc "-I${ARG_ROOT}" "-I${CMAKE_SOURCE_DIR}/proto" "-I${SIP_GOOGLEAPIS_DIR}" "--cpp_out=${SIP_PROTO_OUT}"
              ${grpc_args} "${ARG_ROOT}/${proto}"
      DEPENDS "${ARG_ROOT}/${proto}"
      COMMENT "protoc ${proto}"
      VERBATIM)
  endforeach()
  add_custom_target(${name}_generated DEPENDS ${all_outputs})
  sip_add_to_group(generated_sources ${name}_generated)
  add_library(${name}_proto STATIC ${sources})
  # Generated files cannot share a translation unit: their file-level names collide.
  set_target_properties(${name}_proto PROPERTIES UNITY_BUILD OFF)
  target_include_directories(${name}_proto SYSTEM PUBLIC "${SIP_PROTO_OUT}")
  target_link_libraries(${name}_proto PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  sip_record_target(${name}_proto proto "${ARG_DEPS}")
  if(ARG_GRPC)
    add_library(${name}_grpc STATIC ${grpc_sources})
    set_target_properties(${name}_grpc PROPERTIES UNITY_BUILD OFF)
    target_link_libraries(${name}_grpc PUBLIC ${name}_proto gRPC::grpc++)
    sip_record_target(${name}_grpc proto_grpc "${name}_proto")
  endif()
endfunction()

# sip_proto_image(<target> <file> [FLAGS <protoc flag>...]): the descriptors of all our .proto files in one file, for tools.
# Call it after the last sip_proto_library().
function(sip_proto_image target file)
  cmake_parse_arguments(ARG "" "" "FLAGS" ${ARGN})
  get_property(protos GLOBAL PROPERTY SIP_PROTO_FILES)
  list(TRANSFORM protos PREPEND "${CMAKE_SOURCE_DIR}/proto/" OUTPUT_VARIABLE inputs)
  add_custom_command(
    OUTPUT "${file}"
    COMMAND protobuf::protoc "-I${CMAKE_SOURCE_DIR}/proto" "-I${SIP_GOOGLEAPIS_DIR}" --include_imports ${ARG_FLAGS}
            "--descriptor_set_out=${file}" ${protos}
    DEPENDS ${inputs}
    COMMENT "protoc image of ${target}"
    VERBATIM)
  add_custom_target(${target} DEPENDS "${file}")
endfunction()
