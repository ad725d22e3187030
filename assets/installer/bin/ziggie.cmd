@echo off
setlocal
set "ELECTRON_RUN_AS_NODE=1"
"%~dp0..\Ziggie.exe" "%~dp0..\resources\app.asar\dist\main\ziggie.js" %*
exit /b %ERRORLEVEL%
