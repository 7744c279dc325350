namespace Berth.Portal.Parts;

/// <summary>A user or a group that was chosen.</summary>
/// <param name="Id">The object id.</param>
/// <param name="Name">As people call it.</param>
/// <param name="IsGroup">Whether it is a group.</param>
/// <param name="Detail">What tells it from others of the name: a sign-in name.</param>
public sealed record Picked(Guid Id, string Name, bool IsGroup, string? Detail);
