-- A policy that should not be obeyed.
return {
  any = function()
    return { action = "rolled_back", reason = "we always do that", override = true }
  end,
}
