# Which layer may use which (docs/architecture.md has the table and the reasons). Checked at configure time; what a target could
# still include by accident, because /usr/include is visible to all, the include scan in tests/architecture refuses.

set(SIP_MAY_USE_proto proto)
set(SIP_MAY_USE_proto_grpc proto proto_grpc)
set(SIP_MAY_USE_base base)
set(SIP_MAY_USE_calendar base calendar)
set(SIP_MAY_USE_eventsourcing base proto eventsourcing)
set(SIP_MAY_USE_rules base calendar eventsourcing proto rules)
set(SIP_MAY_USE_codec base calendar eventsourcing proto codec)
set(SIP_MAY_USE_telemetry base telemetry)
set(SIP_MAY_USE_config base config)
set(SIP_MAY_USE_rocks base rocks)
set(SIP_MAY_USE_engine base proto eventsourcing codec rules telemetry engine)
set(SIP_MAY_USE_adapter base proto eventsourcing codec engine telemetry config rocks)
# rpc meets the generated stubs of reflection, health and google.rpc besides.
set(SIP_MAY_USE_rpc base proto proto_grpc eventsourcing codec engine telemetry config rpc)
set(SIP_MAY_USE_routing base proto proto_grpc eventsourcing codec engine telemetry config rpc routing)
set(SIP_MAY_USE_domain base calendar eventsourcing rules proto domain)
set(SIP_MAY_USE_projections base calendar eventsourcing rules proto domain projections)
set(SIP_MAY_USE_server
  base calendar eventsourcing rules proto proto_grpc domain projections engine codec rpc config telemetry views server)
set(SIP_MAY_USE_views base proto eventsourcing codec engine telemetry config rocks views)
# What processes are made of, without any service.
set(SIP_MAY_USE_node
  base calendar proto proto_grpc eventsourcing codec rules domain telemetry config rocks engine adapter rpc routing node)
set(SIP_MAY_USE_main ANY)
set(SIP_MAY_USE_tool ANY)
set(SIP_MAY_USE_testing ANY)

function(sip_check_layers)
  get_property(targets GLOBAL PROPERTY SIP_TARGETS)
  foreach(target IN LISTS targets)
    get_property(layer GLOBAL PROPERTY SIP_LAYER_${target})
    get_property(deps GLOBAL PROPERTY SIP_DEPS_${target})
    if(NOT DEFINED SIP_MAY_USE_${layer})
      message(FATAL_ERROR "${target}: unknown layer '${layer}'; the layers are listed in tools/cmake/sip_layers.cmake")
    endif()
    if("${SIP_MAY_USE_${layer}}" STREQUAL "ANY")
      continue()
    endif()
    foreach(dep IN LISTS deps)
      get_property(dep_layer GLOBAL PROPERTY SIP_LAYER_${dep})
      if(dep_layer AND NOT dep_layer IN_LIST SIP_MAY_USE_${layer})
        message(FATAL_ERROR "${target} (layer ${layer}) may not use ${dep} (layer ${dep_layer}); "
                            "allowed: ${SIP_MAY_USE_${layer}}. See the layer table in docs/architecture.md.")
      endif()
    endforeach()
  endforeach()
endfunction()

# A test that is not compiled is worse than none: every *_test.cc on disk must be a source of a sip_test().
function(sip_check_tests_registered)
  file(GLOB_RECURSE on_disk CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/libs/*_test.cc" "${CMAKE_SOURCE_DIR}/services/*_test.cc"
    "${CMAKE_SOURCE_DIR}/tests/*_test.cc" "${CMAKE_SOURCE_DIR}/tools/*_test.cc")
  get_property(registered GLOBAL PROPERTY SIP_TEST_SOURCES)
  foreach(path IN LISTS on_disk)
    if(NOT path IN_LIST registered)
      message(FATAL_ERROR "${path} is not registered; add it to a sip_test() in the CMakeLists.txt beside it")
    endif()
  endforeach()
endfunction()
