; The start at login: the value "Ziggie" of the Run key, the name that the application's own switch uses (main/shell).
; Installed for all users it stands in the machine's key: the account that installs is not the one that works.

!define ZIGGIE_RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
; Where Task Manager and the Settings app keep whether it is switched off.
!define ZIGGIE_APPROVED_KEY "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define ZIGGIE_LOGIN_NAME "Ziggie"
!define ZIGGIE_LOGIN_ARGUMENTS "--hidden"

; On at the first install, unless /NOAUTOSTART; after that as the person left it. A value that is there gets the new path.
!macro ziggieAddLogin
  StrCpy $R0 $ziggieOldUser
  ${If} $installMode == "all"
    StrCpy $R0 $ziggieOldMachine
  ${EndIf}
  StrCpy $R1 "as it was"
  ${If} $R0 == ""
    ${GetParameters} $R2
    ClearErrors
    ${GetOptions} $R2 "/NOAUTOSTART" $R3
    ${If} ${Errors}
      StrCpy $R1 "on"
    ${EndIf}
  ${Else}
    ReadRegStr $R2 SHELL_CONTEXT "${ZIGGIE_RUN_KEY}" "${ZIGGIE_LOGIN_NAME}"
    ${If} $R2 != ""
      StrCpy $R1 "on"
    ${EndIf}
  ${EndIf}
  ${If} $R1 == "on"
    WriteRegStr SHELL_CONTEXT "${ZIGGIE_RUN_KEY}" "${ZIGGIE_LOGIN_NAME}" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" ${ZIGGIE_LOGIN_ARGUMENTS}'
  ${EndIf}
  ; A version of this user alone gave way to the one for all; its value would start what is gone.
  ${If} $installMode == "all"
  ${AndIf} $ziggieOldUser != ""
    DeleteRegValue HKCU "${ZIGGIE_RUN_KEY}" "${ZIGGIE_LOGIN_NAME}"
    DeleteRegValue HKCU "${ZIGGIE_APPROVED_KEY}" "${ZIGGIE_LOGIN_NAME}"
  ${EndIf}
  ClearErrors
!macroend

!macro ziggieRemoveLogin
  DeleteRegValue SHELL_CONTEXT "${ZIGGIE_RUN_KEY}" "${ZIGGIE_LOGIN_NAME}"
  DeleteRegValue SHELL_CONTEXT "${ZIGGIE_APPROVED_KEY}" "${ZIGGIE_LOGIN_NAME}"
  ; One who has it for all may have switched it on for themselves, too: the application writes that into their own key.
  ${If} $installMode == "all"
    StrCpy $R0 '"$INSTDIR\'
    StrLen $R1 $R0
    ReadRegStr $R2 HKCU "${ZIGGIE_RUN_KEY}" "${ZIGGIE_LOGIN_NAME}"
    StrCpy $R2 $R2 $R1
    ${If} $R2 == $R0
      DeleteRegValue HKCU "${ZIGGIE_RUN_KEY}" "${ZIGGIE_LOGIN_NAME}"
      DeleteRegValue HKCU "${ZIGGIE_APPROVED_KEY}" "${ZIGGIE_LOGIN_NAME}"
    ${EndIf}
  ${EndIf}
  ClearErrors
!macroend
