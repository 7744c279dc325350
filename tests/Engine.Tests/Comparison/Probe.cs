using Berth.Engine.Tests.Golden;

namespace Berth.Engine.Tests.Comparison;

/// <summary>Asks a desk for whom a membership rule holds: by a group that has it for a moment.</summary>
public static class Probe
{
    private static readonly string Group = Names.Group("probe");

    /// <summary>The refusal, or <c>holds</c> and the names of the users who match.</summary>
    public static string Of(Desk desk, string rule, DateTimeOffset now)
    {
        string answer = desk.Do(new Request.CreateGroup(Group, true, []) { Chosen = Chosen.By(rule) }, now);
        if (answer != "done")
        {
            return Names.Readable(answer);
        }

        string members = Names.Readable(string.Join(' ', desk.MembersOf(Group)));
        desk.Do(new Request.DeleteGroup(Group), now);
        return $"holds {members}".TrimEnd();
    }
}
