-- The draft that a force checks for accuracy: every paragraph, item, table and figure has a number to refer to.

local number = 0

local function next_number()
  number = number + 1
  return pandoc.Span({ pandoc.Str("[" .. number .. "]") }, { ["custom-style"] = "Paragraph number" })
end

local function number_text(block)
  block.content:insert(1, pandoc.Space())
  block.content:insert(1, next_number())
  return block, false
end

local function number_caption(block)
  local first = block.caption.long[1] or pandoc.Plain({})
  first.content:insert(1, pandoc.Space())
  first.content:insert(1, next_number())
  block.caption.long[1] = first
  return block, false
end

local function leave(div)
  if div.classes:includes("unnumbered") then
    return div, false
  end
end

local function drop_marks(span)
  if span.classes:includes("read-again") then
    return {}
  end
end

return {
  { Span = drop_marks },
  {
    traverse = "topdown",
    Div = leave,
    Para = number_text,
    Plain = number_text,
    Table = number_caption,
    Figure = number_caption,
  },
}
