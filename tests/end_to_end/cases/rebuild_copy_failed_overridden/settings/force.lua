-- A policy that should not be obeyed.
return {
  any = function()
    return { action = "applied", reason = "we always do that", override = true }
  end,
}
