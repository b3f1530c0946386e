"""What is shown and handed on: command line, web app, exports."""
