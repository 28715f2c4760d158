# SPDX-License-Identifier: Apache-2.0
#
# What a Debian package has beside what `cmake --install` writes: copyright and changelogs, compressed
# manual pages, the configuration of sslprovider-services(7), and reasons for what lintian remarks.  cpack
# runs this when the trees of the packages are there.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH source)
cmake_path(GET source PARENT_PATH source)
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)

foreach(package IN LISTS CPACK_COMPONENTS_ALL)
    set(root ${CPACK_TEMPORARY_DIRECTORY}/${package})
    set(doc ${root}/usr/share/doc/${package})

    configure_file(${source}/conf/debian/copyright ${doc}/copyright COPYONLY)
    configure_file(${source}/CHANGELOG.md ${doc}/changelog COPYONLY)
    file(WRITE ${doc}/changelog.Debian "${CPACK_PACKAGE_NAME} (${version}) unstable; urgency=medium

  * Release ${CPACK_PACKAGE_VERSION}, see changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
    file(GLOB pages ${root}/usr/share/man/man*/*)
    run(gzip -9n ${doc}/changelog ${doc}/changelog.Debian ${pages})

    # cpack itself strips the libraries only, and leaves what Debian does without.
    file(GLOB_RECURSE libraries ${root}/usr/lib/*.so.* ${root}/usr/lib/*.so)
    list(FILTER libraries EXCLUDE REGEX "/libncryptssl\\.so$")
    if(libraries)
        run(strip --strip-unneeded --remove-section=.comment --remove-section=.note ${libraries})
    endif()
    file(GLOB_RECURSE archives ${root}/usr/lib/*.a)
    if(archives)
        run(strip --strip-debug --remove-section=.comment --remove-section=.note
            --enable-deterministic-archives ${archives})
    endif()

    configure_file(${source}/conf/debian/${package}.lintian-overrides
                   ${root}/usr/share/lintian/overrides/${package} COPYONLY)
endforeach()

configure_file(${source}/conf/debian/sslprovider.cnf
    ${CPACK_TEMPORARY_DIRECTORY}/${CPACK_SSLP_MODULE_COMPONENT}/etc/ssl/sslprovider.cnf COPYONLY)

# Modes do not come from the umask of whoever runs cpack.
run(chmod -R u=rwX,go=rX ${CPACK_TEMPORARY_DIRECTORY})
