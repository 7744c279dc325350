using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine.Tests.Comparison;

namespace Berth.Engine.Tests.Golden;

/// <summary>A script from <c>spec/golden</c>: commands with the answers and the facts that must follow. See <c>spec/golden/README.md</c>.</summary>
public sealed class GoldenCase
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        ReadCommentHandling = JsonCommentHandling.Disallow,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Case { get; set; }

    public required string[] Rules { get; set; }

    public string Country { get; set; } = "US";

    public required Step[] Steps { get; set; }

    public static GoldenCase Read(string path) => JsonSerializer.Deserialize<GoldenCase>(File.ReadAllText(path), Format)!;

    /// <summary>A case that repeats requests, to be kept when a comparison has found something.</summary>
    public static string Write(string country, IEnumerable<(Request Request, int Minute)> requests)
    {
        StringBuilder text = new();
        text.AppendLine("{ \"case\": \"\", \"rules\": [], \"country\": \"" + country + "\", \"steps\": [");
        int minute = 0;
        foreach ((Request request, int at) in requests)
        {
            Step step = Step.Of(request);
            step.Minutes = at == minute ? null : at - minute;
            minute = at;
            text.Append("  ").Append(JsonSerializer.Serialize(step, Format)).AppendLine(",");
        }

        return text.Append("] }").ToString();
    }

    /// <summary>Runs the script and returns every sentence about what differs.</summary>
    public List<string> Run(Desk desk)
    {
        List<string> differences = [];
        DateTimeOffset now = Desk.Opening;
        for (int i = 0; i < Steps.Length; i++)
        {
            Step step = Steps[i];
            now += TimeSpan.FromMinutes(step.Minutes ?? 0);
            if (step.Expect is not null)
            {
                differences.AddRange(Compare(step.Expect, [.. desk.Picture(), .. desk.Fleet()]).Select(difference => $"step {i + 1}: {difference}"));
            }
            else
            {
                string answer = Names.Readable(desk.Do(step.ToRequest(), now));
                string expected = step.NotTaken is not null ? $"done without {string.Join(", ", step.NotTaken)}" : step.Refused is not null ? $"refused {step.Refused}" : step.Still is not null ? $"done, still {step.Still}" : "done";
                if (answer != expected)
                {
                    differences.Add($"step {i + 1}, {step.Do}: expected '{expected}', was '{answer}'");
                }
            }
        }

        return differences;
    }

    private static IEnumerable<string> Compare(Dictionary<string, string[]> expect, List<string> picture)
    {
        List<string> readable = [.. picture.Select(Names.Readable)];
        foreach ((string subject, string[] facts) in expect)
        {
            IEnumerable<string> found = readable.Where(line => line.StartsWith(subject + " ", StringComparison.Ordinal)).Select(line => line[(subject.Length + 1)..]);
            bool ordered = subject == "waiting";
            string[] actual = ordered ? [.. found] : [.. found.Order(StringComparer.Ordinal)];
            string[] wanted = ordered ? facts : [.. facts.Order(StringComparer.Ordinal)];
            if (!actual.SequenceEqual(wanted))
            {
                yield return $"'{subject}' should be\n    {string.Join("\n    ", wanted)}\n  but is\n    {string.Join("\n    ", actual)}";
            }
        }
    }
}

/// <summary>One step: a command (<see cref="Do"/>) with its answer, or facts to check (<see cref="Expect"/>).</summary>
public sealed partial class Step
{
    /// <summary>The command: the name of the <see cref="Request"/> with a small first letter.</summary>
    public string? Do { get; set; }

    /// <summary>Subject to the complete list of its facts.</summary>
    public Dictionary<string, string[]>? Expect { get; set; }

    /// <summary>Minutes to let pass before the step.</summary>
    public int? Minutes { get; set; }

    /// <summary>The refusal: machine code and what it speaks about.</summary>
    public string? Refused { get; set; }

    /// <summary>The error that remains after a reprocess.</summary>
    public string? Still { get; set; }

    /// <summary>Lines of an import that are not taken: number, machine code and what it speaks about.</summary>
    public string[]? NotTaken { get; set; }

    /// <summary>Lines of a directory import: a user, a group, or with both a member.</summary>
    public Line[]? Lines { get; set; }

    /// <summary>Steps that are one command (B500).</summary>
    public Step[]? Parts { get; set; }

    public string? User { get; set; }

    public string? Superior { get; set; }

    /// <summary>Values of properties of a user by Graph's names; null takes one away.</summary>
    public Dictionary<string, string?>? Set { get; set; }

    public string? Group { get; set; }

    /// <summary>A membership rule.</summary>
    public string? Rule { get; set; }

    /// <summary>On or Paused.</summary>
    public string? State { get; set; }

    /// <summary>Whether a group has the type DynamicMembership; left out: when it has a rule.</summary>
    public bool? Dynamic { get; set; }

    public bool? Unified { get; set; }

    public string? Member { get; set; }

    public string[]? Members { get; set; }

    public bool? SecurityEnabled { get; set; }

    public string? Item { get; set; }

    public string? UsageLocation { get; set; }

    public License[]? Add { get; set; }

    public string[]? Remove { get; set; }

    public string? Subscription { get; set; }

    public string? Sku { get; set; }

    public int? Units { get; set; }

    public string? Status { get; set; }

    public bool? Trial { get; set; }

    public string? Policy { get; set; }

    /// <summary>Whether shared machines of a policy do not go back to a snapshot.</summary>
    public bool? KeepsProfiles { get; set; }

    public string? Type { get; set; }

    /// <summary>Connections of a policy, the first first.</summary>
    public string[]? Connections { get; set; }

    /// <summary>What a policy is assigned to: groups, <c>GROUP/PLAN</c>, <c>GROUP/PLAN*ALLOTMENT</c>, or <c>GROUP/OLD>PLAN*ALLOTMENT</c> with the id of the old one.</summary>
    public string[]? To { get; set; }

    /// <summary>The number of a Cloud PC.</summary>
    public int? CloudPc { get; set; }

    public string? Plan { get; set; }

    public string? Name { get; set; }

    /// <summary>The time of a restore point.</summary>
    public DateTimeOffset? Point { get; set; }

    /// <summary>The number of a Cloud PC of which something is kept.</summary>
    public int? Kept { get; set; }

    public string? Connection { get; set; }

    /// <summary>Of a policy or a connection; left out: eastus.</summary>
    public string? Region { get; set; }

    public bool? SingleSignOn { get; set; }

    /// <summary>Settings to apply.</summary>
    public string[]? Settings { get; set; }

    /// <summary>Numbers of Cloud PCs.</summary>
    public int[]? CloudPcs { get; set; }

    public string? Health { get; set; }

    /// <summary>Minutes that the simulator takes.</summary>
    public int? Delay { get; set; }

    /// <summary>Kinds of jobs in which the simulator fails.</summary>
    public string[]? Failing { get; set; }

    /// <summary>Whether an agent makes the machines.</summary>
    public bool? Agent { get; set; }

    /// <summary>The kind of a job.</summary>
    public string? Kind { get; set; }

    /// <summary>Its attempt; left out: 1.</summary>
    public int? Attempt { get; set; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset? Asked { get; set; }

    /// <summary>done, warning or failed.</summary>
    public string? Outcome { get; set; }

    /// <summary>Whether trying again is useless.</summary>
    public bool? Last { get; set; }

    public string? Retry { get; set; }

    public string? GroupAtomicity { get; set; }

    public License[]? Plans { get; set; }

    /// <summary>Plan rules, as in the rules file of the catalog.</summary>
    public JsonElement? PlanRules { get; set; }

    public sealed record License(string Sku, string[]? Without = null, string[]? Gains = null);

    public static Step Of(Request request)
    {
        Step step = new() { Do = char.ToLowerInvariant(request.GetType().Name[0]) + request.GetType().Name[1..] };
        switch (request)
        {
            case Request.CreateUser r:
                (step.User, step.UsageLocation, step.Set) = (Names.Readable(r.User), r.UsageLocation, r.Facts.Length == 0 ? null : Readable(r.Facts));
                break;
            case Request.SetUser r:
                (step.User, step.Set) = (Names.Readable(r.User), Readable(r.Facts));
                break;
            case Request.SetUsageLocation r:
                (step.User, step.UsageLocation) = (Names.Readable(r.User), r.UsageLocation);
                break;
            case Request.DeleteUser r:
                step.User = Names.Readable(r.User);
                break;
            case Request.ReportTo r:
                (step.User, step.Superior) = (Names.Readable(r.User), r.Superior is null ? null : Names.Readable(r.Superior));
                break;
            case Request.CreateGroup r:
                (step.Group, step.SecurityEnabled, step.Members, step.Unified) = (Names.Readable(r.Group), r.SecurityEnabled ? null : false, MemberNames(r.Members), r.Unified ? true : null);
                step.Choose(r.Chosen);
                break;
            case Request.ChangeGroup r:
                (step.Group, step.Members) = (Names.Readable(r.Group), MemberNames(r.Members));
                step.Choose(r.Chosen);
                break;
            case Request.DeleteGroup r:
                step.Group = Names.Readable(r.Group);
                break;
            case Request.Restore r:
                step.Item = Names.MemberName(r.Item);
                break;
            case Request.Purge r:
                step.Item = Names.MemberName(r.Item);
                break;
            case Request.AddMembers r:
                (step.Group, step.Members) = (Names.Readable(r.Group), MemberNames(r.Members));
                break;
            case Request.RemoveMember r:
                (step.Group, step.Member) = (Names.Readable(r.Group), Names.MemberName(r.Member));
                break;
            case Request.RemoveMembers r:
                (step.Group, step.Members) = (Names.Readable(r.Group), MemberNames(r.Members));
                break;
            case Request.SetUnits r:
                (step.Subscription, step.Sku, step.Units) = (Names.Readable(r.Subscription), Names.Readable(r.Sku), r.Units);
                break;
            case Request.Together r:
                step.Parts = [.. r.Parts.Select(Of)];
                break;
            case Request.AssignUser r:
                (step.User, step.Add, step.Remove) = (Names.Readable(r.User), Readable(r.Add), Readable(r.Remove));
                break;
            case Request.AssignGroup r:
                (step.Group, step.Add, step.Remove) = (Names.Readable(r.Group), Readable(r.Add), Readable(r.Remove));
                break;
            case Request.ReprocessUser r:
                step.User = Names.Readable(r.User);
                break;
            case Request.ReprocessGroup r:
                step.Group = Names.Readable(r.Group);
                break;
            case Request.Buy r:
                (step.Subscription, step.Sku, step.Units, step.Status) = (Names.Readable(r.Subscription), Names.Readable(r.Sku), r.Units, r.Status == "Enabled" ? null : r.Status);
                step.Trial = r.Trial ? true : null;
                break;
            case Request.ChangeSubscription r:
                (step.Subscription, step.Units, step.Status) = (Names.Readable(r.Subscription), r.Units, r.Status);
                break;
            case Request.ImportDirectory r:
                step.Lines = [.. r.Lines.Select(line => line with { User = line.User is null ? null : Names.Readable(line.User), Group = line.Group is null ? null : Names.Readable(line.Group) })];
                break;
            case Request.Configure r:
                (step.Retry, step.GroupAtomicity) = (r.EntraStrict ? "entra-strict" : "fair", r.Independent ? "independent" : "atomic");
                break;
            case Request.CreatePolicy r:
                (step.Policy, step.Type, step.Connections) = (Names.Readable(r.Policy), r.Type == "dedicated" ? null : r.Type, Readable(r.Connections));
                (step.KeepsProfiles, step.Storage) = (r.KeepsProfiles ? true : null, r.StorageGB == 0 ? null : r.StorageGB);
                step.Administrator = r.Administrators ? true : null;
                step.OnlyApps = r.OnlyApps ? true : null;
                (step.Region, step.SingleSignOn) = (r.Region == Place.Usual ? null : r.Region, r.SingleSignOn ? true : null);
                break;
            case Request.ChangePolicy r:
                (step.Policy, step.Connections, step.Storage) = (Names.Readable(r.Policy), Readable(r.Connections), r.StorageGB);
                step.Administrator = r.Administrators ? true : null;
                (step.Region, step.SingleSignOn) = (r.Region == Place.Usual ? null : r.Region, r.SingleSignOn ? true : null);
                break;
            case Request.ApplyPolicy r:
                (step.Policy, step.Settings, step.CloudPcs) = (Names.Readable(r.Policy), r.Settings, r.CloudPcs.Length == 0 ? null : r.CloudPcs);
                break;
            case Request.DeletePolicy r:
                step.Policy = Names.Readable(r.Policy);
                break;
            case Request.AssignPolicy r:
                (step.Policy, step.To) = (Names.Readable(r.Policy), [.. r.To.Select(Written)]);
                break;
            case Request.EndGrace r:
                step.CloudPc = r.CloudPc;
                break;
            case Request.Reprovision r:
                (step.CloudPc, step.Administrator, step.Self) = (r.CloudPc, r.Administrator, r.Self ? true : null);
                break;
            case Request.Resize r:
                (step.CloudPc, step.Plan) = (r.CloudPc, Names.Readable(r.Plan));
                break;
            case Request.RenameCloudPc r:
                (step.CloudPc, step.Name) = (r.CloudPc, r.Name);
                break;
            case Request.RestoreCloudPc r:
                (step.CloudPc, step.Point, step.Self) = (r.CloudPc, r.Point, r.Self ? true : null);
                break;
            case Request.RestoreManual r:
                (step.CloudPc, step.Point) = (r.CloudPc, r.Point);
                break;
            case Request.RestoreRetained r:
                (step.CloudPc, step.Kept) = (r.CloudPc, r.Kept);
                break;
            case Request.SnapshotCloudPc r:
                step.CloudPc = r.CloudPc;
                break;
            case Request.RestartCloudPc r:
                step.CloudPc = r.CloudPc;
                break;
            case Request.CreateConnection r:
                (step.Connection, step.Region) = (Names.Readable(r.Connection), r.Region == Place.Usual ? null : r.Region);
                break;
            case Request.SetConnectionHealth r:
                (step.Connection, step.Health) = (Names.Readable(r.Connection), r.Health);
                break;
            case Request.StartSession r:
                (step.User, step.CloudPc) = (Names.Readable(r.User), r.CloudPc);
                break;
            case Request.ProvisionReserve r:
                step.CloudPc = r.CloudPc;
                break;
            case Request.DeprovisionReserve r:
                step.CloudPc = r.CloudPc;
                break;
            case Request.DisconnectSession r:
                step.CloudPc = r.CloudPc;
                break;
            case Request.EndSession r:
                step.CloudPc = r.CloudPc;
                break;
            case Request.SetHost r:
                (step.Delay, step.Failing, step.Agent) = (r.Minutes, r.Failing.Length == 0 ? null : r.Failing, r.Agent ? true : null);
                break;
            case Request.ReportJob r:
                (step.CloudPc, step.Kind, step.Attempt, step.Asked, step.Outcome, step.Last) = (r.CloudPc, r.Kind, r.Attempt, r.Asked, r.Outcome, r.Last ? true : null);
                break;
            case Request.Import r:
                step.Plans = [.. r.Plans.Select(plan => new License(Names.Readable(plan.Sku), Gains: [plan.Name]))];
                step.PlanRules = r.Rules is null ? null : JsonSerializer.Deserialize<JsonElement>(r.Rules);
                break;
            default:
                step.TakeFrontline(request);
                break;
        }

        return step;
    }

    public Request ToRequest() => Do switch
    {
        "createUser" => new Request.CreateUser(Names.User(User!), UsageLocation, Facts()),
        "setUser" => new Request.SetUser(Names.User(User!), Facts()),
        "setUsageLocation" => new Request.SetUsageLocation(Names.User(User!), UsageLocation),
        "deleteUser" => new Request.DeleteUser(Names.User(User!)),
        "reportTo" => new Request.ReportTo(Names.User(User!), Superior is null ? null : Names.User(Superior)),
        "createGroup" => new Request.CreateGroup(Names.Group(Group!), SecurityEnabled ?? true, Ids(Members)) { Chosen = Choice(), Unified = Unified ?? false },
        "changeGroup" => new Request.ChangeGroup(Names.Group(Group!), Choice(), Ids(Members)),
        "moveClock" => new Request.MoveClock(),
        "runDue" => new Request.RunDue(),
        "deleteGroup" => new Request.DeleteGroup(Names.Group(Group!)),
        "restore" => new Request.Restore(Names.Member(Item!)),
        "purge" => new Request.Purge(Names.Member(Item!)),
        "addMembers" => new Request.AddMembers(Names.Group(Group!), Ids(Members)),
        "removeMember" => new Request.RemoveMember(Names.Group(Group!), Names.Member(Member!)),
        "removeMembers" => new Request.RemoveMembers(Names.Group(Group!), Ids(Members)),
        "setUnits" => new Request.SetUnits(Names.Subscription(Subscription!), Names.Sku(Sku!), Units!.Value),
        "together" => new Request.Together([.. Parts!.Select(part => part.ToRequest())]),
        "assignUser" => new Request.AssignUser(Names.User(User!), Wanted(Add), Skus(Remove)),
        "assignGroup" => new Request.AssignGroup(Names.Group(Group!), Wanted(Add), Skus(Remove)),
        "reprocessUser" => new Request.ReprocessUser(Names.User(User!)),
        "reprocessGroup" => new Request.ReprocessGroup(Names.Group(Group!)),
        "buy" => new Request.Buy(Names.Subscription(Subscription!), Names.Sku(Sku!), Units!.Value, Status ?? "Enabled") { Trial = Trial ?? false },
        "changeSubscription" => new Request.ChangeSubscription(Names.Subscription(Subscription!), Units, Status),
        "importDirectory" => new Request.ImportDirectory(
            [.. Lines!.Select(line => line with { User = line.User is null ? null : Names.User(line.User), Rule = line.Rule is null ? null : Names.Meant(line.Rule), Group = line.Group is null ? null : Names.Group(line.Group) })]),
        "configure" => new Request.Configure(Retry == "entra-strict", GroupAtomicity == "independent"),
        "import" => new Request.Import(
            [.. (Plans ?? []).SelectMany(item => item.Gains!.Select(plan => new NewPlan(Names.Sku(item.Sku), Names.Plan(plan, null), plan)))],
            PlanRules?.GetRawText()),
        "createPolicy" => new Request.CreatePolicy(Names.Policy(Policy!), Type ?? "dedicated", [.. (Connections ?? []).Select(Names.Connection)])
        {
            Region = Region ?? Place.Usual,
            SingleSignOn = SingleSignOn ?? false,
            KeepsProfiles = KeepsProfiles ?? false,
            StorageGB = Storage ?? 0,
            Administrators = Administrator ?? false,
            OnlyApps = OnlyApps ?? false,
        },
        "changePolicy" => new Request.ChangePolicy(Names.Policy(Policy!), [.. (Connections ?? []).Select(Names.Connection)]) { Region = Region ?? Place.Usual, SingleSignOn = SingleSignOn ?? false, Administrators = Administrator ?? false, StorageGB = Storage },
        "applyPolicy" => new Request.ApplyPolicy(Names.Policy(Policy!), Settings!, CloudPcs ?? []),
        "deletePolicy" => new Request.DeletePolicy(Names.Policy(Policy!)),
        "assignPolicy" => new Request.AssignPolicy(
            Names.Policy(Policy!),
            [.. (To ?? []).Select(Meant)]),
        "endGrace" => new Request.EndGrace(CloudPc!.Value),
        "reprovision" => new Request.Reprovision(CloudPc!.Value) { Administrator = Administrator, Self = Self ?? false },
        "resize" => new Request.Resize(CloudPc!.Value, Names.Plan(Plan!, null)),
        "renameCloudPc" => new Request.RenameCloudPc(CloudPc!.Value, Name!),
        "restoreCloudPc" => new Request.RestoreCloudPc(CloudPc!.Value, Point!.Value) { Self = Self ?? false },
        "restoreManual" => new Request.RestoreManual(CloudPc!.Value, Point!.Value),
        "restoreRetained" => new Request.RestoreRetained(CloudPc!.Value, Kept!.Value),
        "snapshotCloudPc" => new Request.SnapshotCloudPc(CloudPc!.Value),
        "restartCloudPc" => new Request.RestartCloudPc(CloudPc!.Value),
        "createConnection" => new Request.CreateConnection(Names.Connection(Connection!)) { Region = Region ?? Place.Usual },
        "setConnectionHealth" => new Request.SetConnectionHealth(Names.Connection(Connection!), Health!),
        "startSession" => new Request.StartSession(Names.User(User!), CloudPc!.Value),
        "provisionReserve" => new Request.ProvisionReserve(CloudPc!.Value),
        "deprovisionReserve" => new Request.DeprovisionReserve(CloudPc!.Value),
        "endSession" => new Request.EndSession(CloudPc!.Value),
        "disconnectSession" => new Request.DisconnectSession(CloudPc!.Value),
        "setHost" => new Request.SetHost(Delay ?? 0, Failing ?? []) { Agent = Agent ?? false },
        "reportJob" => new Request.ReportJob(CloudPc!.Value, Kind!, Attempt ?? 1, Asked!.Value, Outcome!, Last ?? false),
        _ => ToFrontline(),
    };

    private void Choose(Chosen chosen) => (Rule, State, Dynamic) = (chosen.Rule, chosen.State, chosen.Dynamic == chosen.Rule is not null ? null : chosen.Dynamic);

    private Chosen Choice() => new(Dynamic ?? Rule is not null, Rule is null ? null : Names.Meant(Rule), State);

    private Fact[] Facts() => [.. (Set ?? []).Select(pair => new Fact(pair.Key, pair.Value))];

    private static Dictionary<string, string?> Readable(Fact[] facts) => facts.ToDictionary(fact => fact.Name, fact => fact.Value);

    private static string[] Ids(string[]? members) => [.. (members ?? []).Select(Names.Member)];

    private static string[] Skus(string[]? skus) => [.. (skus ?? []).Select(Names.Sku)];

    private static Wanted[] Wanted(License[]? licenses) =>
        [.. (licenses ?? []).Select(item => new Wanted(Names.Sku(item.Sku), [.. (item.Without ?? []).Select(plan => Names.Plan(plan, Names.Sku(item.Sku)))]))];

    private static string[]? MemberNames(string[] ids) => ids.Length == 0 ? null : [.. ids.Select(Names.MemberName)];

    private static string[]? Readable(string[] ids) => ids.Length == 0 ? null : [.. ids.Select(Names.Readable)];

    private static License[]? Readable(Wanted[] wanted) =>
        wanted.Length == 0 ? null : [.. wanted.Select(one => new License(Names.Readable(one.Sku), Readable(one.Disabled)))];
}
