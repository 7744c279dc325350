using System.Globalization;

namespace Berth.Engine.Tests.Comparison;

/// <summary>One of the two implementations of licensing, driven by requests and seen through lines of text.</summary>
public abstract class Desk
{
    /// <summary>When the first command happens.</summary>
    public static readonly DateTimeOffset Opening = DateTimeOffset.Parse("2026-01-01T08:00:00Z", CultureInfo.InvariantCulture);

    /// <summary>Carries a request out: <c>done</c>, <c>refused CODE ids</c>, or <c>done, still CODE ids</c>.</summary>
    public abstract string Do(Request request, DateTimeOffset now);

    /// <summary>Everything a reader can see, one fact a line, in a fixed order; see the oracle's Picture.</summary>
    public abstract List<string> Picture();

    /// <summary>The same for policies, Cloud PCs and connections; see the oracle's Fleet.</summary>
    public abstract List<string> Fleet();

    /// <summary>Ids of the members of a group, ascending.</summary>
    public abstract IEnumerable<string> MembersOf(string group);
}
