-- Quarto makes the caption of a table that of a figure around it. A table has its own, which is read out with it;
-- so what Quarto made becomes one table again, as the embedded renderer writes it.

local function own_caption(div)
  if not (FORMAT:match("html") and div.identifier:match("^tbl%-")) then
    return nil
  end
  local caption = div.content:find_if(function(block) return block.t == "Plain" end)
  local table
  div:walk({ Table = function(found) table = found end })
  if caption and table then
    table.identifier = div.identifier
    table.caption.long = { caption }
    return table
  end
end

return { { Div = own_caption } }
