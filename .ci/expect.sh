# Sourced by the steps of the end-to-end workflow.

# expect NAME WANTED ACTUAL: says so and ends the step where the two differ.
expect() {
  if [[ $2 == "$3" ]]; then
    echo "ok: $1 is '$3'"
  else
    echo "::error::$1 is '$3' instead of '$2'"
    exit 1
  fi
}
