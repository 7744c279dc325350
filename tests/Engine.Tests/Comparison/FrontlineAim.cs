using System.Globalization;
using Berth.Engine.Tests.Golden;

namespace Berth.Engine.Tests.Comparison;

/// <summary>Turns a random request into one that hits, by what a desk shows; see <see cref="Aim"/>.</summary>
public static class FrontlineAim
{
    /// <summary>The request aimed at what can be seen, by a random number; some stay blind.</summary>
    public static Request At(List<string> picture, List<string> fleet, Request request, int random) => random % 8 == 0 ? request : request switch
    {
        Request.StartSession r => Row(fleet, random / 3, words => words[1] != "shared" && (words[3] is "provisioned" or "inGracePeriod" || random % 7 == 1)) is { } row
            ? new Request.StartSession(row[1], Number(row)) : r,
        Request.StartPooled r => Pick(Allotments(fleet, "").Where(one => Names.Readable(one[0])[0] != 'd'), random) is { } target
            ? new Request.StartPooled(random % 5 == 0 ? r.User : Pick(Members(picture, target[1]), random / 5) ?? r.User, target[0], target[1], target[2]) { App = r.App } : r,
        Request.EndSession r => Session(fleet, random) is { } number ? new Request.EndSession(number) : r,
        Request.DisconnectSession r => Session(fleet, random) is { } number ? new Request.DisconnectSession(number) : r,
        Request.PowerOn r => Row(fleet, random, words => words[3] is "provisioned" or "inGracePeriod") is { } row ? new Request.PowerOn(Number(row)) : r,
        Request.PowerOff r => Row(fleet, random, words => words.Contains("active") || words.Contains("running")) is { } row ? new Request.PowerOff(Number(row)) : r,
        Request.EndGrace r => Row(fleet, random, words => words[3] == "inGracePeriod") is { } row ? new Request.EndGrace(Number(row)) : r,
        Request.Reprovision r => Row(fleet, random / 3, words => (words[3] is "provisioned" or "failed") && (random % 3 != 1 || words[1] == "shared")) is { } row ? new Request.Reprovision(Number(row)) : r,
        Request.RetryPolicy r => Row(fleet, random, words => words[1] == "shared" && words[3] == "failed" && words.Contains("by")) is { } row ? new Request.RetryPolicy(row[Array.IndexOf(row, "by") + 1]) : r,
        Request.ReprovisionPolicy r => Pick(Allotments(fleet, "s"), random / 3) is { } target ? r with { Policy = target[0] } : r,
        Request.SchedulePolicy r => Pick(Allotments(fleet, "s"), random / 3) is { } target ? r with { Policy = target[0] } : r,
        Request.DeleteStorages r => Pick(fleet.Where(line => line.StartsWith("storage ", StringComparison.Ordinal)).Select(line => line.Split(' ')), random / 3) is { } words
            && words[2].Split('/') is { } whose ? new Request.DeleteStorages(whose[0], whose[1], whose[2], random % 3 != 1 ? [.. r.Users, words[1]] : [words[1]]) : r,
        Request.RestoreCloudPc r => Row(fleet, random, words => words[3] == "provisioned") is { } row
            ? r with { CloudPc = Number(row), Point = Point(fleet, Number(row)) ?? r.Point } : r,
        Request.RestartCloudPc r => Row(fleet, random, words => words[3] is "provisioned" or "inGracePeriod") is { } row ? new Request.RestartCloudPc(Number(row)) : r,
        Request.SetReview r => (r.Restricted is null ? Row(fleet, random, words => Reviews(fleet).Contains(words[2])) : Row(fleet, random, words => words[3] is "provisioned" or "inGracePeriod")) is { } row
            ? r with { CloudPc = Number(row) } : r,
        Request.ReportJob r => Row(fleet, random, words => words.Contains("agent")) is { } row ? Asked(row, r) : r,
        Request.PublishApps when random % 3 != 0 && Pick(fleet.Where(line => line.StartsWith("app ", StringComparison.Ordinal) && line.Contains(": ready", StringComparison.Ordinal)), random) is { } app
            => new Request.PublishApps(app.Split(' ')[1], [app[(app.IndexOf(' ', 4) + 1)..app.IndexOf(':', StringComparison.Ordinal)]]),
        Request.AssignPolicy r when random % 3 != 0 => Edit(fleet, r, [.. Allotments(fleet, "").Where(one => one[0] == r.Policy)], random / 3),
        Request.Together r => r with { Parts = [.. r.Parts.Select((part, i) => At(picture, fleet, part, random / (i + 1)))] },
        Request.AddMembers r when r.Members.Except(Members(picture, r.Group)).ToArray() is { Length: > 0 } strangers => r with { Members = strangers },
        Request.RemoveMember r => Pick(Members(picture, r.Group), random) is { } member ? r with { Member = member } : r,
        Request.Restore r => Pick(picture.Where(line => line.StartsWith("deleted ", StringComparison.Ordinal)), random) is { } item ? new Request.Restore(item.Split(' ')[1]) : r,
        Request.Unblock r => Pick(fleet.Where(line => line.StartsWith("buffer ", StringComparison.Ordinal) && line.Contains(" blocked", StringComparison.Ordinal)), random) is { } line
            ? new Request.Unblock(line.Split(' ')[1]) : r,
        _ => request,
    };

    // What a policy is assigned to, with one thing changed.
    private static Request.AssignPolicy Edit(List<string> fleet, Request.AssignPolicy request, string[][] assignments, int random)
    {
        List<Assigned> entries = [.. assignments.Select(one => new Assigned(one[1], one[2]) { Licenses = int.Parse(one[3], CultureInfo.InvariantCulture) })];
        if (entries.Count == 0)
        {
            return request;
        }

        int at = random % entries.Count;
        Assigned one = entries[at];
        switch (random / entries.Count % 9)
        {
            case 0 when request.To.Length > 0 && !entries.Exists(other => (other.Group, other.Plan) == (one.Group, request.To[0].Plan)):
                entries[at] = one with { Plan = request.To[0].Plan, Was = one.Plan };
                break;
            case 6 or 7 or 8 when Bigger(fleet, one, entries) is { } bigger:
                entries[at] = bigger;
                break;
            case 1:
                entries[at] = one with { Licenses = one.Licenses + 1 };
                break;
            case 2 or 3:
                entries[at] = one with { Licenses = Math.Max(0, one.Licenses - 1), Was = one.Plan };
                break;
            case 4:
                entries.RemoveAt(at);
                break;
            default:
                entries.AddRange(request.To.Where(added => !entries.Exists(other => (other.Group, other.Plan) == (added.Group, added.Plan))));
                break;
        }

        return request with { To = [.. entries] };
    }

    // The assignment with a bigger size of which licenses are left.
    private static Assigned? Bigger(List<string> fleet, Assigned one, List<Assigned> entries)
    {
        foreach (string plan in FrontlineRequests.Sizes.SkipWhile(size => size != one.Plan).Skip(1))
        {
            int units = fleet.Where(line => line.StartsWith($"pool {plan} ", StringComparison.Ordinal)).Sum(line => int.Parse(line.Split(' ')[5], CultureInfo.InvariantCulture));
            int left = (units / 3) - Allotments(fleet, "").Where(other => other[2] == plan).Sum(other => int.Parse(other[3], CultureInfo.InvariantCulture));
            if (left > 0 && !entries.Exists(other => (other.Group, other.Plan) == (one.Group, plan)))
            {
                return one with { Plan = plan, Was = one.Plan, Licenses = Math.Min(one.Licenses, left) };
            }
        }

        return null;
    }

    // The newest restore point of a Cloud PC; null while it has none.
    private static DateTimeOffset? Point(List<string> fleet, int number) =>
        fleet.Find(line => line.StartsWith("points ", StringComparison.Ordinal) && line.Split(' ')[2].EndsWith($"#{number}", StringComparison.Ordinal)) is { } line
            ? DateTimeOffset.Parse(line.Split(' ')[^1] + "Z", CultureInfo.InvariantCulture) : null;

    // PLAN#NUMBER of each Cloud PC under review.
    private static IEnumerable<string> Reviews(List<string> fleet) => fleet.Where(line => line.StartsWith("review ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]);

    private static Request.ReportJob Asked(string[] row, Request.ReportJob report) => report with
    {
        CloudPc = Number(row),
        Kind = row[Array.IndexOf(row, "agent") + 2],
        Attempt = int.Parse(row[Array.IndexOf(row, "attempt") + 1], CultureInfo.InvariantCulture),
        Asked = DateTimeOffset.Parse(row[Array.IndexOf(row, "asked") + 1] + "Z", CultureInfo.InvariantCulture),
    };

    // Policy, group, plan and allotment.
    private static IEnumerable<string[]> Allotments(List<string> fleet, string policies) =>
        from line in fleet
        where line.StartsWith("allotment ", StringComparison.Ordinal)
        let words = line.Split(' ')
        let parts = words[1].Split('/')
        where Names.Readable(parts[0]).StartsWith(policies, StringComparison.Ordinal)
        select (string[])[.. parts, words[3]];

    private static string[]? Row(List<string> fleet, int random, Func<string[], bool> which) =>
        Pick(fleet.Where(line => line.StartsWith("cloudPc ", StringComparison.Ordinal)).Select(line => line.Split(' ')).Where(which), random);

    private static int Number(string[] row) => int.Parse(row[2].Split('#')[1], CultureInfo.InvariantCulture);

    private static int? Session(List<string> fleet, int random) =>
        Pick(fleet.Where(line => line.StartsWith("session ", StringComparison.Ordinal)).Select(line => line.Split(' ')), random) is { } line ? Number(line) : null;

    private static IEnumerable<string> Members(List<string> picture, string group) =>
        picture.Where(line => line.StartsWith($"members {group} ", StringComparison.Ordinal)).SelectMany(line => line.Split(' ').Skip(2)).Where(member => member.Length > 0);

    private static T? Pick<T>(IEnumerable<T> values, int random)
        where T : class
    {
        T[] all = [.. values];
        return all.Length == 0 ? null : all[random % all.Length];
    }
}
