using Berth.Engine;
using Berth.Engine.Collections;

namespace Berth.Connect.Writing;

/// <summary>Whether changes can be written, and how.</summary>
public abstract record CallPlanning
{
    private CallPlanning()
    {
    }

    /// <summary>They can be written with these calls.</summary>
    public sealed record Planned(CallPlan Plan) : CallPlanning;

    /// <summary>Some cannot, so none is.</summary>
    /// <param name="Problems">Why, for people; each with what to do.</param>
    public sealed record Refused(IReadOnlyList<string> Problems) : CallPlanning;
}

/// <summary>
/// The fewest Graph calls that turn a tenant into what commands want, in an order in which nobody loses a service on the way (B570, B571). Pure: what is there
/// is the copy's word, and what is as wanted already costs no call.
/// </summary>
/// <param name="Calls">The calls by number, which is the order of sending.</param>
/// <param name="Unbridged">How often somebody cannot have the new license before the old one is gone, because the two exclude each other or a seat has to come free.</param>
public sealed record CallPlan(IReadOnlyList<PlannedCall> Calls, int Unbridged)
{
    /// <summary>The most members that one call adds to a group, which is Graph's own limit (L170).</summary>
    public const int MembersOfACall = 20;

    /// <summary>The rows of all calls.</summary>
    public int Rows => Calls.Sum(static call => call.Wishes.Count);

    /// <summary>The calls for commands on a tenant at a time.</summary>
    public static CallPlanning Of(Tenant tenant, IReadOnlyCollection<Command> commands, DateTimeOffset now)
    {
        WantedState wanted = new(tenant, commands);
        if (wanted.Problems.Count > 0)
        {
            return new CallPlanning.Refused(wanted.Problems);
        }

        Wish.GroupLicense[] groups = [.. wanted.GroupLicenses()];
        Wish.UserLicense[] users = [.. wanted.UserLicenses()];
        (Guid Group, Guid Member)[] joining = [.. wanted.Joining()], leaving = [.. wanted.Leaving()];
        GainBook gains = GainBook.Of(tenant, wanted, groups, users, joining, commands.OfType<Command.UpdateUser>(), now);

        List<PlannedCall> calls = [];
        Each(CallStage.Properties, wanted.Properties());
        Each(CallStage.Properties, wanted.Managers());
        Each(CallStage.GroupLicenses, groups.Where(static one => one.Add.Count > 0));
        foreach (IGrouping<Guid, (Guid Group, Guid Member)> group in joining.GroupBy(static one => one.Group))
        {
            Guid[] gives = [.. wanted.FinalLicenses(group.Key)];
            foreach ((Guid Group, Guid Member)[] few in group.Chunk(MembersOfACall))
            {
                Add(CallStage.Joining, [.. few.Select(one => new Wish.Member(one.Group, one.Member, tenant.FindUser(one.Member) >= 0 ? gives : []))], []);
            }
        }

        Each(CallStage.Policies, wanted.Policies());
        foreach (Wish.UserLicense one in users)
        {
            Add(CallStage.UserLicenses, [one], one.Remove.Count > 0 ? gains.FromGroups(one.UserId) : []);
        }

        foreach (Wish.GroupLicense one in groups.Where(static one => one.Add.Count == 0))
        {
            Add(CallStage.GroupRemovals, [one], gains.OfMembers(one.GroupId));
        }

        foreach ((Guid group, Guid member) in leaving)
        {
            Add(CallStage.Leaving, [new Wish.NoMember(group, member)], gains.Of(member));
        }

        Each(CallStage.CloudPcs, wanted.Actions());
        Each(CallStage.Deletions, wanted.Deletions());
        return new CallPlanning.Planned(new CallPlan(calls, gains.Unbridged));

        void Each(CallStage stage, IEnumerable<Wish> wishes)
        {
            foreach (Wish wish in wishes)
            {
                Add(stage, [wish], []);
            }
        }

        void Add(CallStage stage, IReadOnlyList<Wish> wishes, IReadOnlyList<Gain> after) => calls.Add(new PlannedCall(calls.Count, stage, wishes, after));
    }
}
