echo "Hello from Bash ${BASH_VERSION%%(*}, by way of the queue."
