; The installer. What it knows is how to ask, and where the program itself lies; the driver is installed and removed by the
; program (omniacm install, omniacm uninstall), all or nothing.
;   makensis -DVERSION=1.2.3 -DFILES=FOLDER -DICON=omniacm.ico -DOUTPUT=omniacm-setup.exe omniacm.nsi
; Silent: omniacm-setup.exe /S [/PREFER=1 | /PREFER=0] [/D=FOLDER]. Exit codes: 0 done, 1 cancelled, 2 failed, 740 without rights.

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
!define NO_RIGHTS "OmniACM is a driver for all users of this computer: installing and removing it takes the rights of an \
    administrator. Nothing was changed."
!define ERROR_ELEVATION_REQUIRED 740

VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "OmniACM"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "OmniACM installer"
VIAddVersionKey LegalCopyright "Copyright (c) 2026 the OmniACM authors. MIT License."

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

Var native                          ; width of the program: x64 or x86
Var prefer                          ; what `omniacm install` is told of the order of drivers

; Both the installer and the uninstaller begin so.
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

; Runs the program; what it says goes into the message when it fails. $0 is 0 where it did not.
!macro run command
    nsExec::ExecToStack '${command}'
    Pop $0
    Pop $1
    ${If} $0 != 0
        MessageBox MB_OK|MB_ICONSTOP "$1" /SD IDOK
        SetErrorLevel 2
        Abort "$1"
    ${EndIf}
!macroend

Section "OmniACM: driver and program" DRIVER
    SectionIn RO
    InitPluginsDir
    SetOutPath "$PLUGINSDIR\x64"
    File "${FILES}\x64\omniacm.acm"
    File "${FILES}\x64\omniacm.exe"
    SetOutPath "$PLUGINSDIR\x86"
    File "${FILES}\x86\omniacm.acm"
    File "${FILES}\x86\omniacm.exe"
    !insertmacro run '"$PLUGINSDIR\$native\omniacm.exe" install $prefer'
    Call install_program
SectionEnd

Section /o "Prefer OmniACM" PREFER
SectionEnd

; Two lines of some fifty letters are all that the page shows.
!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
    !insertmacro MUI_DESCRIPTION_TEXT ${DRIVER} "The codecs, in 32 and 64 bits, and omniacm.exe to list, convert and measure."
    !insertmacro MUI_DESCRIPTION_TEXT ${PREFER} "Before Windows' own codecs for G.711, ADPCM and GSM. For this user."
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; The program may be running, and is then renamed away.
Function install_program
    SetOutPath "$INSTDIR"
    Delete "$INSTDIR\omniacm.exe.old"
    Rename "$INSTDIR\omniacm.exe" "$INSTDIR\omniacm.exe.old"
    CopyFiles /SILENT "$PLUGINSDIR\$native\omniacm.exe" "$INSTDIR\omniacm.exe"
    Delete /REBOOTOK "$INSTDIR\omniacm.exe.old"
    File "${FILES}\README.md"
    File "${FILES}\LICENSE.txt"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    WriteRegStr HKLM "${UNINSTALL}" "DisplayName" "OmniACM"
    WriteRegStr HKLM "${UNINSTALL}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKLM "${UNINSTALL}" "DisplayIcon" "$INSTDIR\omniacm.exe"
    WriteRegStr HKLM "${UNINSTALL}" "Publisher" "the OmniACM authors"
    WriteRegStr HKLM "${UNINSTALL}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKLM "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKLM "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKLM "${UNINSTALL}" "NoModify" 1
    WriteRegDWORD HKLM "${UNINSTALL}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
    WriteRegDWORD HKLM "${UNINSTALL}" "EstimatedSize" $0
FunctionEnd

; /PREFER=1 or 0 decides; with neither, the user is shown how it stands, and a silent run leaves it so.
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
            MessageBox MB_YESNO|MB_ICONQUESTION "OmniACM $0 is installed, which is newer. Replace it with ${VERSION}?" \
                /SD IDYES IDYES +3
            SetErrorLevel 1
            Quit
        ${EndIf}
    ${EndIf}
FunctionEnd

Function un.onInit
    !insertmacro begin
FunctionEnd

Section "Uninstall"
    !insertmacro run '"$INSTDIR\omniacm.exe" uninstall'
    Delete /REBOOTOK "$INSTDIR\omniacm.exe"
    Delete /REBOOTOK "$INSTDIR\omniacm.exe.old"
    Delete "$INSTDIR\README.md"
    Delete "$INSTDIR\LICENSE.txt"
    Delete "$INSTDIR\uninstall.exe"
    RMDir /REBOOTOK "$INSTDIR"
    DeleteRegKey HKLM "${UNINSTALL}"
SectionEnd
