local t = { 3, 1, 2 }
table.sort(t, function(a, b) return a > b end)
return {
  summary = ('%5.2f|%s|%q'):format(1.5, {}, 'x'),
  failure = function(case, db, with)
    local s = table.concat(t, ',') .. ('abc'):gsub('%w', '%0%0') .. utf8.char(8364)
    local ok, why = xpcall(error, tostring, s)
    for k, v in pairs(case) do log.info(tostring(k) .. tostring(v)) end
    for i, r in ipairs(case.records) do if r.logs then return verdict.skip(r.logs) end end
    return verdict.wait(math.huge, tostring(ok) .. why)
  end,
  timeout = function(case) return { action = 'rename', to = case.name, reason = 'x', override = true } end,
}
