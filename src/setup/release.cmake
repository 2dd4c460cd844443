# Writes what accompanies the package in a release: omniacm.spdx.json, the list of what is in it; SHA256SUMS; and, if the
# project's address is given, the manifests of the package managers.
#   cmake -DVERSION=1.2.3 -DFOLDER=build/package [-DURL=https://HOST/OWNER/omniacm] -P release.cmake
cmake_minimum_required(VERSION 3.25)
get_filename_component(FOLDER ${FOLDER} ABSOLUTE)
set(SUMMARY "ACM driver for the classic WAV formats, in Windows and Wine")
set(DESCRIPTION "One ACM codec driver that gives every program that uses the Audio Compression Manager the classic WAV \
formats: those that Windows once shipped and then dropped, and those of voice mail, telephone recorders and games.")
set(PUBLISHER "The OmniACM authors")
set(TEMPLATES ${CMAKE_CURRENT_LIST_DIR}/manifests)
string(TIMESTAMP TIME %Y-%m-%dT%H:%M:%SZ UTC)   # reads SOURCE_DATE_EPOCH
string(TIMESTAMP DATE %Y-%m-%d UTC)
string(TIMESTAMP YEAR %Y UTC)

# sha256(NAME VARIABLE): of a file in the folder.
function(sha256 name variable)
    file(SHA256 ${FOLDER}/${name} sum)
    set(${variable} ${sum} PARENT_SCOPE)
endfunction()
sha256(omniacm-setup.exe SETUP_SHA256)
sha256(omniacm.zip ZIP_SHA256)

# version(VARIABLE COMMAND...): the first line that the command prints.
function(version variable)
    execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT text)
        set(text NOASSERTION)
    endif()
    set(${variable} "${text}" PARENT_SCOPE)
endfunction()
if(NOT MAKENSIS)
    set(MAKENSIS makensis)
endif()
version(GCC_VERSION x86_64-w64-mingw32-gcc -dumpfullversion)
version(NSIS_VERSION ${MAKENSIS} -VERSION)
version(MINGW_VERSION sh -c "printf '#include <_mingw.h>\\nversion __MINGW64_VERSION_MAJOR __MINGW64_VERSION_MINOR\\n' |
    x86_64-w64-mingw32-gcc -E -P - | sed -n 's/^version \\(.*\\) \\(.*\\)/\\1.\\2/p'")

# The built files, each with its checksum.
file(GLOB BUILT RELATIVE ${FOLDER} ${FOLDER}/omniacm-${VERSION}/*/omniacm.acm ${FOLDER}/omniacm-${VERSION}/*/omniacm.exe)
set(SPDX_FILES "")
set(SPDX_RELATIONS "")
foreach(file ${BUILT})
    sha256(${file} sum)
    file(SHA1 ${FOLDER}/${file} sha1)
    string(REGEX REPLACE ".*/([^/]+)/([^/]+)$" "\\1-\\2" id ${file})
    string(APPEND SPDX_FILES "{ \"SPDXID\": \"SPDXRef-${id}\", \"fileName\": \"./${file}\", \"fileTypes\": [\"BINARY\"],
      \"checksums\": [{ \"algorithm\": \"SHA1\", \"checksumValue\": \"${sha1}\" },
                    { \"algorithm\": \"SHA256\", \"checksumValue\": \"${sum}\" }],
      \"licenseConcluded\": \"MIT\", \"copyrightText\": \"Copyright (c) 2026 ${PUBLISHER}\" },
    ")
    if(file MATCHES "exe$" AND NOT id MATCHES "^arm64")
        string(APPEND SPDX_RELATIONS ",
    { \"spdxElementId\": \"SPDXRef-${id}\", \"relationshipType\": \"STATIC_LINK\", \"relatedSpdxElement\": \"SPDXRef-mingw-w64\" }")
    endif()
    if(NOT id MATCHES "^arm64")     # those have no library but our own
        string(APPEND SPDX_RELATIONS ",
    { \"spdxElementId\": \"SPDXRef-${id}\", \"relationshipType\": \"STATIC_LINK\", \"relatedSpdxElement\": \"SPDXRef-libgcc\" }")
    endif()
    string(APPEND SPDX_RELATIONS ",
    { \"spdxElementId\": \"SPDXRef-zip\", \"relationshipType\": \"CONTAINS\", \"relatedSpdxElement\": \"SPDXRef-${id}\" },
    { \"spdxElementId\": \"SPDXRef-setup\", \"relationshipType\": \"CONTAINS\", \"relatedSpdxElement\": \"SPDXRef-${id}\" }")
endforeach()
string(REGEX REPLACE ",\n *$" "" SPDX_FILES "${SPDX_FILES}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/omniacm.spdx.json.in ${FOLDER}/omniacm.spdx.json @ONLY)

set(SUMS "")
foreach(file omniacm-setup.exe omniacm-symbols.zip omniacm.spdx.json omniacm.zip)
    if(EXISTS ${FOLDER}/${file})
        sha256(${file} sum)
        string(APPEND SUMS "${sum}  ${file}\n")
    endif()
endforeach()
file(WRITE ${FOLDER}/SHA256SUMS "${SUMS}")

file(REMOVE_RECURSE ${FOLDER}/manifests)
if(URL)
    set(DOWNLOAD ${URL}/releases/download/v${VERSION})
    string(TOUPPER ${SETUP_SHA256} SETUP_SHA256_UPPER)
    file(GLOB_RECURSE IN RELATIVE ${TEMPLATES} ${TEMPLATES}/*.in)
    foreach(file ${IN})
        string(REGEX REPLACE "\\.in$" "" out ${file})
        configure_file(${TEMPLATES}/${file} ${FOLDER}/manifests/${out} @ONLY)
    endforeach()
endif()
