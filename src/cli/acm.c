#include "acm.h"
#include "console.h"

static BOOL find_functions(HMODULE library, struct acm *acm)
{
#define ACM_FUNCTION(name, parameters, arguments) \
    acm->name = (void *)GetProcAddress(library, #name); \
    if (!acm->name) \
        return FALSE;
    ACM_FUNCTIONS
#undef ACM_FUNCTION
    return TRUE;
}

static BOOL CALLBACK load(INIT_ONCE *once, void *parameter, void **context)
{
    static struct acm found;
    HMODULE library = LoadLibraryW(L"msacm32.dll");

    (void)once, (void)parameter;
    *context = &found;
    if (library && find_functions(library, &found))
        return TRUE;
    warn(L"this system has no msacm32.dll; using OmniACM's codecs alone");
    *context = (void *)&acm_without_msacm32;
    return TRUE;
}

static const struct acm *acm(void)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    void *context = 0;

    InitOnceExecuteOnce(&once, load, 0, &context);
    return context;
}

#define ACM_FUNCTION(name, parameters, arguments) \
    MMRESULT WINAPI name parameters { return acm()->name arguments; }
ACM_FUNCTIONS
