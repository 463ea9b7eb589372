local _ENV = _ENV
local f = ('').dump
goto x ::x::
return { any = function(...) local x <close> = nil; return select('#', ...) // 0 end, [1] = 2 }
