return { any = function(
