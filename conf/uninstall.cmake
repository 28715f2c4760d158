# SPDX-License-Identifier: Apache-2.0
#
# Removes what the last `cmake --install` has written, and the folders of its own that are empty then.
# DESTDIR is that of the installation.
#
#   cmake -DSSLP_MANIFEST=BUILD/install_manifest.txt -P uninstall.cmake
if(NOT EXISTS ${SSLP_MANIFEST})
    message(FATAL_ERROR "nothing was installed from here: there is no ${SSLP_MANIFEST}")
endif()
file(STRINGS ${SSLP_MANIFEST} files)
set(folders)
foreach(file IN LISTS files)
    set(file $ENV{DESTDIR}${file})
    if(EXISTS ${file} OR IS_SYMLINK ${file})
        message(STATUS "Removing ${file}")
        file(REMOVE ${file})
        # file() is silent when it may not remove.
        if(EXISTS ${file} OR IS_SYMLINK ${file})
            message(FATAL_ERROR "cannot remove ${file}")
        endif()
    endif()
    cmake_path(GET file PARENT_PATH folder)
    list(APPEND folders ${folder})
endforeach()

list(REMOVE_DUPLICATES folders)
foreach(folder IN LISTS folders)
    file(GLOB left ${folder}/* ${folder}/.*)
    if(folder MATCHES "/(sslprovider|ncryptssl)$" AND NOT left)
        file(REMOVE_RECURSE ${folder})
    endif()
endforeach()
