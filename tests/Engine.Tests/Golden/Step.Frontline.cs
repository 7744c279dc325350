using Berth.Engine.Tests.Comparison;

namespace Berth.Engine.Tests.Golden;

/// <content>Frontline.</content>
public sealed partial class Step
{
    /// <summary>Whether a disconnected session gives its license back at once.</summary>
    public bool? Released { get; set; }

    /// <summary>Minutes that the profile of who signed out takes to go.</summary>
    public int? Reset { get; set; }

    /// <summary>GB that a policy keeps for each user of its shared machines; 0 for none any more.</summary>
    public int? Storage { get; set; }

    public string[]? Users { get; set; }

    public bool? Prestart { get; set; }

    /// <summary>The most licenses above the limit.</summary>
    public int? Excess { get; set; }

    /// <summary>Percent of the machines that stay usable while others are made anew.</summary>
    public int? Percent { get; set; }

    /// <summary>Whether everybody is signed out for that.</summary>
    public bool? SignsOut { get; set; }

    /// <summary>The cron expression of a schedule.</summary>
    public string? Cron { get; set; }

    /// <summary>The start of a schedule, in minutes after the opening.</summary>
    public int? Start { get; set; }

    /// <summary>The end of a schedule, in minutes after the opening.</summary>
    public int? End { get; set; }

    private void TakeFrontline(Request request)
    {
        switch (request)
        {
            case Request.StartPooled r:
                (User, Policy, Group, Plan) = (Names.Readable(r.User), Names.Readable(r.Policy), Names.Readable(r.Group), Names.Readable(r.Plan));
                App = r.App;
                break;
            case Request.PowerOn r:
                CloudPc = r.CloudPc;
                break;
            case Request.PowerOff r:
                CloudPc = r.CloudPc;
                break;
            case Request.RetryPolicy r:
                Policy = Names.Readable(r.Policy);
                break;
            case Request.ReprovisionPolicy r:
                (Policy, Percent, SignsOut) = (Names.Readable(r.Policy), r.Kept == 0 ? null : r.Kept, r.SignsOut ? true : null);
                break;
            case Request.SchedulePolicy r:
                (Policy, Cron, Percent, SignsOut, Start, End) = (Names.Readable(r.Policy), r.Cron, r.Kept == 0 ? null : r.Kept, r.SignsOut ? true : null, r.Start, r.End);
                break;
            case Request.DeleteStorages r:
                (Policy, Group, Plan, Users) = (Names.Readable(r.Policy), Names.Readable(r.Group), Names.Readable(r.Plan), Readable(r.Users));
                break;
            case Request.Unblock r:
                Plan = Names.Readable(r.Plan);
                break;
            case Request.ConfigureFrontline r:
                (Released, Reset, Prestart, Excess) = (r.Held ? null : true, r.Reset == 3 ? null : r.Reset, r.Prestart ? null : false, r.Excess);
                break;
            default:
                TakeCloudApps(request);
                break;
        }
    }

    private Request ToFrontline() => Do switch
    {
        "startShared" => new Request.StartPooled(Names.User(User!), Names.Policy(Policy!), Names.Group(Group!), Names.Plan(Plan!, null)) { App = App },
        "powerOn" => new Request.PowerOn(CloudPc!.Value),
        "powerOff" => new Request.PowerOff(CloudPc!.Value),
        "retryPolicy" => new Request.RetryPolicy(Names.Policy(Policy!)),
        "reprovisionPolicy" => new Request.ReprovisionPolicy(Names.Policy(Policy!), Percent ?? 0, SignsOut ?? false),
        "schedulePolicy" => new Request.SchedulePolicy(Names.Policy(Policy!), Cron, Percent ?? 0, SignsOut ?? false, Start, End),
        "deleteStorages" => new Request.DeleteStorages(Names.Policy(Policy!), Names.Group(Group!), Names.Plan(Plan!, null), [.. (Users ?? []).Select(Names.User)]),
        "unblock" => new Request.Unblock(Names.Plan(Plan!, null)),
        "configureFrontline" => new Request.ConfigureFrontline(!(Released ?? false), Reset ?? 3, Prestart ?? true, Excess),
        _ => ToCloudApps(),
    };

    private static string Written(Assigned one) => Names.Readable(one.Plan is null ? one.Group
        : $"{one.Group}/{(one.Was is null ? "" : $"{one.Was}>")}{one.Plan}{(one.Licenses == 0 ? "" : $"*{one.Licenses}")}");

    // GROUP, GROUP/PLAN, GROUP/PLAN*ALLOTMENT, GROUP/OLD>PLAN*ALLOTMENT
    private static Assigned Meant(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length == 1)
        {
            return new Assigned(Names.Group(parts[0]), null);
        }

        string[] counted = parts[1].Split('*'), plans = counted[0].Split('>');
        return new Assigned(Names.Group(parts[0]), Names.Plan(plans[^1], null))
        {
            Licenses = counted.Length == 1 ? 0 : int.Parse(counted[1], System.Globalization.CultureInfo.InvariantCulture),
            Was = plans.Length == 1 ? null : Names.Plan(plans[0], null),
        };
    }
}
