using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.Licensing;

/// <summary>
/// Of a group with seats to spare those who have the same are licensed together; with just as many seats as members one after the other (B22, L58, L61). Both must be one and the same, over several pages of
/// users, with more ways to turn than are remembered, and with people in trouble between the others.
/// </summary>
public class SweepTests
{
    private const int People = 300;
    private const string Visio = "VISIOCLIENT";
    private const string CloudPc = "CPC_E_2C_8GB_128GB";

    [Theory]
    [InlineData(1, Visio)]
    [InlineData(2, Visio)]
    [InlineData(3, CloudPc)]
    [InlineData(4, "SPE_E5")]
    [InlineData(5, "SPE_E5")]
    public void Licensed_together_or_one_after_the_other_people_have_the_same(int seed, string part)
    {
        (TenantUnderTest many, Guid group) = Make(seed);
        (TenantUnderTest few, _) = Make(seed);
        int sku = many.Now.Catalog.FindByPartNumber(part).First().Index, members = many.Now.Groups[many.Now.FindGroup(group)].Members.Count;
        int free = (int)many.Now.FreeSeats(sku);
        Guid subscription = new(seed, 9, 9, [0, 0, 0, 0, 0, 0, 0, 0]);
        many.Do(new Command.CreateSubscription(subscription, many.Sku(part), members + 1 - free, SubscriptionStatus.Enabled, false));
        few.Do(new Command.CreateSubscription(subscription, many.Sku(part), members - free, SubscriptionStatus.Enabled, false));
        Assert.Equal((members + 1, members), (many.Now.FreeSeats(sku), few.Now.FreeSeats(sku)));

        foreach (TenantUnderTest tenant in (TenantUnderTest[])[many, few])
        {
            tenant.License(group, part);
        }

        AreSame(many, few);
        Assert.InRange(many.Now.HoldersOf(sku).Count, members / 2, People);
        foreach (TenantUnderTest tenant in (TenantUnderTest[])[many, few])
        {
            tenant.Do(new Command.AssignGroupLicenses(group, [], [tenant.Sku(part)]));
        }

        AreSame(many, few);
    }

    [Fact]
    public void Seats_that_many_give_back_at_once_are_all_there_for_those_who_wait()
    {
        TenantUnderTest tenant = new();
        Guid[] users = tenant.Users(70);
        tenant.Buy(Visio, 70);
        Guid group = tenant.Group(users);
        tenant.License(group, Visio);
        Assert.Equal(70, tenant.Consumed(Visio));
        Guid[] late = tenant.Users(3);
        tenant.License(tenant.Group(late), Visio);
        Assert.All(late, user => Assert.Equal(["VISIOCLIENT group Error CountViolation"], tenant.States(user)));

        // Taken away from all together, as many seats as there were go to those who wait.
        tenant.Do(new Command.AssignGroupLicenses(group, [], [tenant.Sku(Visio)]));
        Assert.All(late, user => Assert.Equal(["VISIOCLIENT group Active None"], tenant.States(user)));
        Assert.Equal(3, tenant.Consumed(Visio));
    }

    private static void AreSame(TenantUnderTest many, TenantUnderTest few)
    {
        for (int user = 0; user < many.Now.Users.Count; user++)
        {
            Assert.Equal(few.Now.LicensesOf(user), many.Now.LicensesOf(user));
        }

        for (int sku = 0; sku < many.Now.Catalog.Skus.Count; sku++)
        {
            Assert.Equal(few.Now.HoldersOf(sku).ToArray(), many.Now.HoldersOf(sku).ToArray());
        }

        Assert.Equal(few.Last!.Changes.ToArray(), many.Last!.Changes.ToArray());
    }

    // Some have other licenses, directly or by one of several groups; of some the same that the group will get, of some a plan that goes with nothing of it, and some live where it may not be used.
    private static (TenantUnderTest Tenant, Guid Group) Make(int seed)
    {
        TenantUnderTest tenant = new();
        Random random = new(seed);
        Guid Id()
        {
            byte[] bytes = new byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes);
        }

        Guid[] users = [.. Enumerable.Range(0, People).Select(_ => Id())];
        Guid[] groups = [.. Enumerable.Range(0, 5).Select(_ => Id())];
        List<ImportLine> lines = [.. users.Select((id, i) => new ImportLine.OfUser(
            i + 1, new User(id, $"u{i}@contoso.example", $"User {i}", "u", true, random.Next(9) == 0 ? null : "US", default, default)))];
        foreach (Guid group in groups)
        {
            lines.Add(new ImportLine.OfGroup(lines.Count + 1, new GroupProfile(group, "A group", null, "group", false, true, [], null, default)));
        }

        foreach (Guid user in users)
        {
            foreach (Guid group in groups.Where((_, i) => random.Next(i == 0 ? 5 : 3) > (i == 0 ? 0 : 1)))
            {
                lines.Add(new ImportLine.OfMember(lines.Count + 1, group, user));
            }
        }

        Assert.Empty(tenant.Do(new Command.ImportDirectory(lines.ToValueArray())).Lines);
        foreach (string part in (string[])["SPE_E3", "SPE_E5", Visio, CloudPc, "FLOW_FREE"])
        {
            tenant.Do(new Command.CreateSubscription(Id(), tenant.Sku(part), People / 2, SubscriptionStatus.Enabled, false));
        }

        foreach ((string part, int at) in (ReadOnlySpan<(string, int)>)[("FLOW_FREE", 1), (Visio, 2), ("SPE_E3", 3)])
        {
            tenant.License(groups[at], part);
        }

        foreach (Guid user in users.Where(_ => random.Next(6) == 0))
        {
            Command.AssignUserLicenses direct = new(user, [new LicenseRequest(tenant.Sku(random.Next(2) == 0 ? CloudPc : "FLOW_FREE"), [])], []);
            if (tenant.Decide(direct) is Decision.Accepted)
            {
                tenant.Do(direct);
            }
        }

        foreach (Guid user in users.Where(_ => random.Next(40) == 0))
        {
            tenant.Do(new Command.DeleteUser(user));
        }

        return (tenant, groups[0]);
    }
}
