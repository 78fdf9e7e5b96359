-- The few things of Quarto that reports use and Pandoc does not know: references to figures and tables by
-- label, callouts, and text alternatives of figures. Includes and metadata are put in before Pandoc runs.

local words = { fig = "Figure", tbl = "Table" }
local numbers, count = {}, { fig = 0, tbl = 0 }
local typst = FORMAT:match("typst")

local function kind_of(label)
  local kind = label:match("^(%a+)%-")
  return words[kind] and kind
end

local function put_number(caption, label)
  local kind = kind_of(label)
  if kind and not typst then
    local first = caption.long[1] or pandoc.Plain({})
    first.content = pandoc.List({ pandoc.Str(words[kind] .. "\u{a0}" .. numbers[label] .. ":"), pandoc.Space() })
      .. first.content
    caption.long[1] = first
  end
  return caption
end

local function collect(block)
  local kind = kind_of(block.identifier)
  if kind then
    count[kind] = count[kind] + 1
    numbers[block.identifier] = count[kind]
  end
end

local function number_table(table)
  if table.identifier ~= "" then
    table.caption = put_number(table.caption, table.identifier)
  end
  return table
end

local function typst_string(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

local function describe(figure)
  figure = figure:walk({
    Image = function(image)
      local alt = image.attributes["fig-alt"]
      if not alt then
        error("The figure " .. figure.identifier .. " has no fig-alt.")
      end
      image.attributes["fig-alt"] = nil
      if typst then
        return pandoc.RawInline("typst", "#image(" .. typst_string(image.src) .. ", alt: " .. typst_string(alt) .. ")")
      end
      image.caption = { pandoc.Str(alt) }
      return image
    end,
  })
  figure.caption = put_number(figure.caption, figure.identifier)
  return figure
end

local function refer(cite)
  local parts = pandoc.List({})
  for i, citation in ipairs(cite.citations) do
    local label = citation.id
    if not numbers[label] then
      error("@" .. label .. " refers to nothing in this report.")
    end
    if i > 1 then
      parts:extend({ pandoc.Str(","), pandoc.Space() })
    end
    parts:insert(pandoc.Link({ pandoc.Str(words[kind_of(label)] .. "\u{a0}" .. numbers[label]) }, "#" .. label))
  end
  return parts
end

local function callout(div)
  local kind = div.classes[1] and div.classes[1]:match("^callout%-(.+)$")
  if not kind then
    return nil
  end
  local title, content = div.attributes.title, div.content
  if not title and content[1] and content[1].t == "Header" then
    title = pandoc.utils.stringify(content:remove(1).content)
  end
  content:insert(1, pandoc.Para({ pandoc.Strong({ pandoc.Str(title or kind:gsub("^%l", string.upper)) }) }))
  if typst then
    content:insert(1, pandoc.RawBlock("typst", '#panel("callout")['))
    content:insert(pandoc.RawBlock("typst", "]"))
    return content
  end
  return pandoc.Div(content, { class = "callout callout-" .. kind })
end

return {
  { traverse = "topdown", Table = collect, Figure = collect },
  { Table = number_table, Figure = describe, Cite = refer, Div = callout },
}
