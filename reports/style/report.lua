-- What Markdown cannot say of itself, for Quarto and the embedded renderer alike: divs with a class of ours
-- become panels in the PDF, and header cells of HTML tables name their scope.

local panels = {
  ["recommendation"] = true, ["extract"] = true, ["base"] = true, ["table-note"] = true, ["with-next"] = true,
  ["cause-of-concern"] = true, ["area-for-improvement"] = true, ["promising-practice"] = true,
}

local function panel(div)
  for _, class in ipairs(div.classes) do
    if panels[class] then
      local blocks = pandoc.List({ pandoc.RawBlock("typst", '#panel("' .. class .. '")[') })
      blocks:extend(div.content)
      blocks:insert(pandoc.RawBlock("typst", "]"))
      return blocks
    end
  end
end

local function name_scopes(table)
  for _, row in ipairs(table.head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.attr.attributes.scope = "col"
    end
  end
  for _, body in ipairs(table.bodies) do
    body.row_head_columns = 1
    for _, row in ipairs(body.body) do
      row.cells[1].attr.attributes.scope = "row"
    end
  end
  return table
end

if FORMAT:match("typst") then
  return { { Div = panel } }
end
return { { Table = name_scopes } }
