-- What Markdown cannot say of itself, for Quarto and the embedded renderer alike: divs with a class of ours
-- become panels in the PDF, and header cells of HTML tables name their scope.

local panels = {
  ["recommendation"] = true, ["extract"] = true, ["base"] = true, ["table-note"] = true, ["with-next"] = true,
  ["cause-of-concern"] = true, ["area-for-improvement"] = true, ["promising-practice"] = true, ["read-again"] = true,
}

local function panel(div)
  for _, class in ipairs(div.classes) do
    if panels[class] then
      local blocks = pandoc.List({ pandoc.RawBlock("typst", '#panel("' .. class .. '")[') })
      blocks:extend(div.content)
      local label = div.identifier ~= "" and " <" .. div.identifier .. ">" or ""
      blocks:insert(pandoc.RawBlock("typst", "]" .. label))
      return blocks
    end
  end
end

-- A draft opens with a list of what its author is to read again; nothing of it is left once there is none.
local function list_what_to_read_again(doc)
  local flags = doc.meta["read-again"]
  if not flags then
    return nil
  end
  local items = pandoc.List(flags):map(function(flag) return { pandoc.Plain(flag) } end)
  local opening = pandoc.Para({ pandoc.Strong({ pandoc.Str("Draft: to be read again.") }), pandoc.Space(),
    pandoc.Str("What these passages lean on has changed. When you have read one, give its id: "),
    pandoc.Code("inspection report <force> --seen <id>") })
  doc.blocks:insert(1, pandoc.Div({ opening, pandoc.BulletList(items) }, { class = "read-again" }))
  return doc
end

-- Header cells name their scope. On a narrow screen a row is set as a block, each value below its heading, and
-- some browsers then forget that it is a table; so each part also says what it is, and each cell names its column.
local function describe_table(table)
  local headings = pandoc.List({})
  table.attr.attributes.role = "table"
  for _, row in ipairs(table.head.rows) do
    row.attr.attributes.role = "row"
    for place, cell in ipairs(row.cells) do
      cell.attr.attributes.scope = "col"
      cell.attr.attributes.role = "columnheader"
      headings[place] = pandoc.utils.stringify(cell.contents)
    end
  end
  for _, body in ipairs(table.bodies) do
    body.row_head_columns = 1
    for _, row in ipairs(body.body) do
      row.attr.attributes.role = "row"
      for place, cell in ipairs(row.cells) do
        cell.attr.attributes.role = place == 1 and "rowheader" or "cell"
        if place == 1 then
          cell.attr.attributes.scope = "row"
        else
          cell.attr.attributes["data-label"] = headings[place]
        end
      end
    end
  end
  return table
end

-- What follows the heading of the first annex is set as annexes are.
local function mark_annexes(doc)
  for place, block in ipairs(doc.blocks) do
    if block.t == "Header" and pandoc.utils.stringify(block.content):match("^Annex ") then
      doc.blocks:insert(place, pandoc.RawBlock("typst", "#show: annexes"))
      return doc
    end
  end
end

if FORMAT:match("typst") then
  return { { Pandoc = mark_annexes }, { Pandoc = list_what_to_read_again }, { Div = panel } }
end
return { { Pandoc = list_what_to_read_again }, { Table = describe_table } }
