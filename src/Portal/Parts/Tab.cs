namespace Berth.Portal.Parts;

/// <summary>A tab of <c>Tabs</c>.</summary>
/// <param name="Key">What stands in the address.</param>
/// <param name="Title">As people call it.</param>
public sealed record Tab(string Key, string Title);
