/* Included before a test of Wine (see tests/suites): what MinGW-w64's headers lack. */
#ifndef OMNIACM_TESTS_SUITE_H
#define OMNIACM_TESTS_SUITE_H

#ifndef DECLSPEC_EXPORT
#define DECLSPEC_EXPORT
#endif
#define STRSAFE_NO_DEPRECATE /* otherwise strsafe.h forbids sprintf */

#define IAVIFile_AddRef(it) (it)->lpVtbl->AddRef(it)
#define IAVIFile_Release(it) (it)->lpVtbl->Release(it)
#define IAVIFile_QueryInterface(it, iid, object) (it)->lpVtbl->QueryInterface(it, iid, object)
#define IAVIStream_AddRef(it) (it)->lpVtbl->AddRef(it)
#define IAVIStream_Release(it) (it)->lpVtbl->Release(it)
#define IAVIStream_QueryInterface(it, iid, object) (it)->lpVtbl->QueryInterface(it, iid, object)
#define IAVIEditStream_AddRef(it) (it)->lpVtbl->AddRef(it)
#define IAVIEditStream_Release(it) (it)->lpVtbl->Release(it)
#define IAVIEditStream_QueryInterface(it, iid, object) (it)->lpVtbl->QueryInterface(it, iid, object)

#endif
