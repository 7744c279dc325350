using Microsoft.AspNetCore.Components;

namespace Berth.Portal.Lists;

/// <summary>A column of a <c>VirtualGrid</c>.</summary>
/// <param name="Title">Its head.</param>
/// <param name="Width">A track of CSS grid, such as <c>2fr</c> or <c>7rem</c>.</param>
/// <param name="Cell">What stands in a row's cell.</param>
/// <param name="IsWide">Whether it is left out on a narrow screen.</param>
public sealed record GridColumn<TRow>(string Title, string Width, RenderFragment<TRow> Cell, bool IsWide = false);
