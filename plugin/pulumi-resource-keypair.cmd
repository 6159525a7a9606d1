@echo off
node "%~dp0bundle\index.js" %*
