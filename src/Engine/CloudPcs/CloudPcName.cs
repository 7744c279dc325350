namespace Berth.Engine.CloudPcs;

/// <summary>
/// The name of a Cloud PC. Nearly all keep the one they came with, which the catalog and the user know already: it is put together when it is asked for. The
/// user may get another name later, the Cloud PC does not.
/// </summary>
/// <param name="first">The whole name, or the plan's.</param>
/// <param name="person">The user's name when the Cloud PC came; null when <paramref name="first"/> is the whole name.</param>
internal readonly struct CloudPcName(string first, string? person = null) : IEquatable<CloudPcName>
{
    private readonly string? _first = first;
    private readonly string? _person = person;

    public bool Equals(CloudPcName other) =>
        (ReferenceEquals(_first, other._first) && ReferenceEquals(_person, other._person)) || ToString() == other.ToString();

    public override bool Equals(object? obj) => obj is CloudPcName other && Equals(other);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString()
    {
        string name = _person is null ? _first ?? "" : $"{_first} - {_person}";
        return _person is null || name.Length <= CloudPc.LongestDisplayName ? name : name[..CloudPc.LongestDisplayName];
    }
}
