using System.Diagnostics;
using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Bench;

/// <summary>
/// Dynamic groups: many rules over many users, and what a change of one attribute costs then. It looks only at the rules that read the attribute, so
/// the figure to look at is the counter: it follows the number of those rules, whatever the number of all.
/// </summary>
internal static class RulesBench
{
    private const int Changes = 200;
    private const int Rounds = 20;
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Attributes with the share of rules, in thousandths, that read them.</summary>
    private static readonly (UserAttribute Attribute, string Property, int Share)[] Read =
    [
        (UserAttribute.Department, "department", 500), (UserAttribute.JobTitle, "jobTitle", 300), (UserAttribute.City, "city", 100),
        (UserAttribute.CompanyName, "companyName", 90), (UserAttribute.OfficeLocation, "physicalDeliveryOfficeName", 9), (UserAttribute.EmployeeId, "employeeId", 1),
    ];

    public static Task<int> Run(string[] args)
    {
        int users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        int rules = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5_000;
        Tenant without = Do(Tenant.Unborn, new Command.CreateTenant(new TenantProfile(Guid.NewGuid(), "Bench", "bench.example", "US", TenantKind.Emulator, default), SkuCatalog.BuiltIn)).Next;
        foreach (int[] lines in Enumerable.Range(0, users).Chunk(Command.ImportDirectory.MostLines))
        {
            without = Do(without, new Command.ImportDirectory(lines.Select(i => (ImportLine)new ImportLine.OfUser(i + 1, NewUser(i))).ToValueArray())).Next;
        }

        Stopwatch watch = Stopwatch.StartNew();
        Tenant tenant = without;
        long evaluations = 0;
        foreach (int[] lines in Enumerable.Range(0, rules).Chunk(500))
        {
            Decision.Accepted done = Do(tenant, new Command.ImportDirectory(lines.Select(i => (ImportLine)new ImportLine.OfGroup(i + 1, NewGroup(i, rules))).ToValueArray()));
            tenant = done.Next;
            evaluations += done.RuleEvaluations;
        }

        Console.WriteLine(Line($"{rules:N0} rules over {users:N0} users: {evaluations:N0} evaluations in {watch.Elapsed.TotalSeconds:F1} s = {evaluations / watch.Elapsed.TotalSeconds / 1e6:F1} M/s"));
        (double bare, _) = Change(without, UserAttribute.Department, users);
        Console.WriteLine(Line($"a change of one attribute without a rule: {bare:F1} us (the limit)"));
        bool right = true;
        foreach ((UserAttribute attribute, string property, int share) in Read.Append((UserAttribute.StreetAddress, "streetAddress", 0)))
        {
            int reading = Enumerable.Range(0, rules).Count(rule => Of(rule, rules).Attribute == attribute);
            (double time, double asked) = Change(tenant, attribute, users);
            right &= asked == reading;
            Console.WriteLine(Line($"a change of {property}: {asked:N0} evaluations, {reading:N0} rules read it; {time:F1} us, {time / bare:F1} times the limit, {(reading == 0 ? 0 : (time - bare) * 1000 / reading):F0} ns a rule"));
        }

        Console.WriteLine(right ? "every change asked exactly the rules that read the attribute" : "WRONG: a change asked other rules than those that read the attribute");
        return Task.FromResult(right ? 0 : 1);
    }

    // Microseconds and evaluations of one change, each of another user; the quickest of some rounds, because the machine has other work too.
    private static (double Microseconds, double Evaluations) Change(Tenant tenant, UserAttribute attribute, int users)
    {
        double quickest = double.MaxValue;
        long evaluations = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            for (int i = 0; i < Changes; i++)
            {
                Decision.Accepted done = Do(tenant, Other(tenant, (int)(((round * Changes) + i) * 7919L % users), attribute));
                tenant = done.Next;
                evaluations += done.RuleEvaluations;
            }

            quickest = Math.Min(quickest, watch.Elapsed.TotalMicroseconds / Changes);
        }

        return (quickest, (double)evaluations / Changes / Rounds);
    }

    private static Command.UpdateUser Other(Tenant tenant, int user, UserAttribute attribute)
    {
        User one = tenant.Users[user]!;
        return new Command.UpdateUser(one with { Attributes = one.Attributes.With(attribute, one.Attributes[attribute] + "x") });
    }

    private static User NewUser(int i)
    {
        UserAttributes attributes = default;
        foreach ((UserAttribute attribute, string property, _) in Read)
        {
            attributes = attributes.With(attribute, Value(property, i));
        }

        return new User(Guid.NewGuid(), $"user{i}@bench.example", $"User {i}", $"user{i}", true, "US", default, attributes);
    }

    private static GroupProfile NewGroup(int i, int rules)
    {
        (_, string property) = Of(i, rules);
        return new GroupProfile(Guid.NewGuid(), $"Group {i}", null, $"group{i}", false, true, [GroupProfile.DynamicMembership], null, default)
        {
            MembershipRule = $"(user.{property} -eq \"{Value(property, i)}\") -and (user.accountEnabled -eq true)",
        };
    }

    private static (UserAttribute Attribute, string Property) Of(int rule, int rules)
    {
        int place = (int)(rule * 1000L / rules);
        foreach ((UserAttribute attribute, string property, int share) in Read)
        {
            if (place < share)
            {
                return (attribute, property);
            }

            place -= share;
        }

        throw new InvalidOperationException("The shares are of a thousand.");
    }

    private static string Value(string property, int i) => string.Create(CultureInfo.InvariantCulture, $"{property} {i % 500}");

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static Decision.Accepted Do(Tenant tenant, Command command) => (Decision.Accepted)Deciding.Decide(tenant, command, new DecisionContext(Noon, Actor.Berth));
}
