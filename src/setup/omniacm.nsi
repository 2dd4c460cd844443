; The installer asks the questions and installs the program. The program installs and removes the driver (omniacm install,
; omniacm uninstall), completely or not at all.
;   makensis -DVERSION=1.2.3 -DFILES=FOLDER -DICON=omniacm.ico -DOUTPUT=omniacm-setup.exe omniacm.nsi
; Silent: omniacm-setup.exe /S [/PREFER=1 | /PREFER=0] [/D=FOLDER].
; Exit codes: 0 success, 1 canceled, 2 failed, 740 no administrator rights.

Unicode true
SetCompressor /SOLID lzma
RequestExecutionLevel admin
ManifestDPIAware true
Name "OmniACM"
Caption "OmniACM ${VERSION}"
BrandingText "OmniACM ${VERSION}"
OutFile "${OUTPUT}"
ShowInstDetails nevershow
ShowUninstDetails nevershow

!include LogicLib.nsh
!include FileFunc.nsh
!include x64.nsh
!include MUI2.nsh
!include Sections.nsh
!include WordFunc.nsh

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\OmniACM"
!define PRIORITY "Software\Microsoft\Multimedia\Audio Compression Manager\Priority v4.00"
!define NO_RIGHTS "Installing or removing OmniACM, a driver for all users of this computer, requires administrator rights. \
    Nothing was changed."
!define NO_PROGRAM "The driver is installed, but the program cannot be written to $INSTDIR. Is the disk full? \
    Run this again."
!define ERROR_ELEVATION_REQUIRED 740

VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "OmniACM"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "OmniACM installer"
VIAddVersionKey LegalCopyright "Copyright (c) 2026 The OmniACM authors. MIT License."

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_SMALLDESC
!define MUI_FINISHPAGE_NOAUTOCLOSE
!insertmacro MUI_PAGE_LICENSE "${FILES}\LICENSE.txt"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; Packages for ARM64 have these files, too.
!if /FileExists "${FILES}\arm64\omniacm.exe"
    !define ARM64
!endif
!if /FileExists "${FILES}\arm64x\omniacm.acm"
    !define ARM64X
!endif

Var native                          ; which program is installed: x64, x86 or arm64
Var prefer                          ; option of `omniacm install`: --prefer, --no-prefer or empty

; The start of both the installer and the uninstaller.
!macro begin
    ${If} ${RunningX64}
        SetRegView 64
    ${EndIf}
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != "Admin"
        MessageBox MB_OK|MB_ICONSTOP "${NO_RIGHTS}" /SD IDOK
        SetErrorLevel ${ERROR_ELEVATION_REQUIRED}
        Quit
    ${EndIf}
!macroend

; Runs the program. If it fails, shows its message without the prefix, and aborts.
!macro run command
    nsExec::ExecToStack '${command}'
    Pop $0
    Pop $1
    ${If} $0 != 0
        ${WordReplace} $1 "omniacm: " "" "+" $1
        MessageBox MB_OK|MB_ICONSTOP "$1" /SD IDOK
        SetErrorLevel 2
        Abort "$1"
    ${EndIf}
!macroend

Section "OmniACM driver and command line tool" DRIVER
    SectionIn RO
    InitPluginsDir
    SetOutPath "$PLUGINSDIR\x64"
    File "${FILES}\x64\omniacm.acm"
    File "${FILES}\x64\omniacm.exe"
    SetOutPath "$PLUGINSDIR\x86"
    File "${FILES}\x86\omniacm.acm"
    File "${FILES}\x86\omniacm.exe"
    !ifdef ARM64
        SetOutPath "$PLUGINSDIR\arm64"
        File "${FILES}\arm64\omniacm.acm"
        File "${FILES}\arm64\omniacm.exe"
    !endif
    !ifdef ARM64X
        SetOutPath "$PLUGINSDIR\arm64x"
        File "${FILES}\arm64x\omniacm.acm"
    !endif
    !insertmacro run '"$PLUGINSDIR\$native\omniacm.exe" install $prefer'
    Call install_program
SectionEnd

Section /o "Prefer OmniACM" PREFER
SectionEnd

; The page shows two lines of about 50 characters.
!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
    !insertmacro MUI_DESCRIPTION_TEXT ${DRIVER} "The 32-bit and 64-bit codecs, and omniacm.exe to convert and examine files."
    !insertmacro MUI_DESCRIPTION_TEXT ${PREFER} "Use OmniACM before Windows' own G.711, ADPCM and GSM codecs (current user)."
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; The program may be running, so that it is renamed, not overwritten. If the power fails or the disk is full, a whole one remains:
; omniacm.exe or omniacm.exe.old.
Function install_program
    SetOutPath "$INSTDIR"
    ClearErrors
    CopyFiles /SILENT "$PLUGINSDIR\$native\omniacm.exe" "$INSTDIR\omniacm.exe.new"
    File "${FILES}\README.md"
    File "${FILES}\LICENSE.txt"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    ${IfNot} ${Errors}
        Delete "$INSTDIR\omniacm.exe.old"
        Rename "$INSTDIR\omniacm.exe" "$INSTDIR\omniacm.exe.old"
        Delete "$INSTDIR\omniacm.exe"                           ; if an earlier omniacm.exe.old is still running
        ClearErrors
        Rename "$INSTDIR\omniacm.exe.new" "$INSTDIR\omniacm.exe"
    ${Else}
        SetErrors                       ; the question has cleared the flag
    ${EndIf}
    ${If} ${Errors}
        Delete "$INSTDIR\omniacm.exe.new"
        Rename "$INSTDIR\omniacm.exe.old" "$INSTDIR\omniacm.exe"
        MessageBox MB_OK|MB_ICONSTOP "${NO_PROGRAM}" /SD IDOK
        SetErrorLevel 2
        Abort "${NO_PROGRAM}"
    ${EndIf}
    Delete /REBOOTOK "$INSTDIR\omniacm.exe.old"
    WriteRegStr HKLM "${UNINSTALL}" "DisplayName" "OmniACM"
    WriteRegStr HKLM "${UNINSTALL}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKLM "${UNINSTALL}" "DisplayIcon" "$INSTDIR\omniacm.exe"
    WriteRegStr HKLM "${UNINSTALL}" "Publisher" "The OmniACM authors"
    WriteRegStr HKLM "${UNINSTALL}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKLM "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKLM "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKLM "${UNINSTALL}" "NoModify" 1
    WriteRegDWORD HKLM "${UNINSTALL}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
    WriteRegDWORD HKLM "${UNINSTALL}" "EstimatedSize" $0
FunctionEnd

; /PREFER=1 or 0 decides. With neither, the page shows the current state, and a silent run leaves it alone.
Function begin_preference
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/PREFER=" $1
    ${If} ${Errors}
        StrCpy $prefer ""
        ReadRegStr $1 HKCU "${PRIORITY}" "Priority1"
        ${If} $1 == "1, msacm.omniacm"
            !insertmacro SelectSection ${PREFER}
        ${EndIf}
    ${ElseIf} $1 == "1"
        StrCpy $prefer "--prefer"
        !insertmacro SelectSection ${PREFER}
    ${Else}
        StrCpy $prefer "--no-prefer"
    ${EndIf}
FunctionEnd

Function .onSelChange
    StrCpy $prefer "--no-prefer"
    ${If} ${SectionIsSelected} ${PREFER}
        StrCpy $prefer "--prefer"
    ${EndIf}
FunctionEnd

Function .onInit
    !insertmacro begin
    StrCpy $native "x86"
    ${If} ${IsNativeAMD64}
        StrCpy $native "x64"
    ${EndIf}
    ; The native program finds the driver everywhere only if that is built for ARM64X.
    !ifdef ARM64 & ARM64X
        ${If} ${IsNativeARM64}
            StrCpy $native "arm64"
        ${EndIf}
    !endif
    ${If} $INSTDIR == ""
        StrCpy $INSTDIR "$PROGRAMFILES\OmniACM"
        ${If} ${RunningX64}
            StrCpy $INSTDIR "$PROGRAMFILES64\OmniACM"
        ${EndIf}
        ReadRegStr $0 HKLM "${UNINSTALL}" "InstallLocation"
        ${If} $0 != ""
            StrCpy $INSTDIR $0
        ${EndIf}
    ${EndIf}
    Call begin_preference
    ReadRegStr $0 HKLM "${UNINSTALL}" "DisplayVersion"
    ${If} $0 != ""
        ${VersionCompare} $0 "${VERSION}" $1
        ${If} $1 == 1
            MessageBox MB_YESNO|MB_ICONQUESTION "A newer version, OmniACM $0, is already installed. Replace it with ${VERSION}?" \
                /SD IDYES IDYES +3
            SetErrorLevel 1
            Quit
        ${EndIf}
    ${EndIf}
FunctionEnd

Function un.onInit
    !insertmacro begin
FunctionEnd

; If it is interrupted, it can be run again: the entry goes before the uninstaller, the uninstaller before the program that it runs.
Section "Uninstall"
    Rename "$INSTDIR\omniacm.exe.old" "$INSTDIR\omniacm.exe"    ; if an interrupted installation left no omniacm.exe
    !insertmacro run '"$INSTDIR\omniacm.exe" uninstall'
    Delete "$INSTDIR\README.md"
    Delete "$INSTDIR\LICENSE.txt"
    DeleteRegKey HKLM "${UNINSTALL}"
    Delete "$INSTDIR\uninstall.exe"
    Delete "$INSTDIR\omniacm.exe.new"
    Delete /REBOOTOK "$INSTDIR\omniacm.exe.old"
    Delete /REBOOTOK "$INSTDIR\omniacm.exe"
    RMDir /REBOOTOK "$INSTDIR"
SectionEnd
