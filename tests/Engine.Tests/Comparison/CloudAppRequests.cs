using Berth.Engine.Tests.Golden;
using CsCheck;

namespace Berth.Engine.Tests.Comparison;

/// <summary>Random requests over policies that give apps only: assignments that come and go, machines that fail, and apps in every status.</summary>
public static class CloudAppRequests
{
    private const int FewestSteps = 30;
    private const int MostSteps = 90;
    private const string PartNumber = "Windows_365_S_2vCPU_4GB_64GB";

    private static readonly string[] Users = [.. new[] { "ada", "bob", "cid" }.Select(Names.User)];
    private static readonly string[] Groups = [.. new[] { "blue", "gold" }.Select(Names.Group)];
    private static readonly string[] Policies = [.. new[] { "a1", "a1", "a2" }.Select(Names.Policy)];
    private static readonly string Desktops = Names.Policy("s1");
    private static readonly string Plan = Names.Plan("CPC_S_2C_4GB_64GB", null);
    private static readonly string Subscription = Names.Subscription("sub");

    private static readonly Gen<string> User = Of(Users);
    private static readonly Gen<string> Group = Of(Groups);
    private static readonly Gen<string> Policy = Of([.. Policies, .. Policies, Desktops]);
    private static readonly Gen<string> App = Of("Paint", "Paint", "Paint", "Notepad", "Notepad", "Ledger", "Ledger", "Command Prompt", "Nothing");
    private static readonly Gen<string[]> Apps = App.Array[1, 3];
    private static readonly Gen<string> Path = Of(@"C:\Apps\ledger.exe", @"C:\Apps\ledger.exe", @"d:\l.exe", "ledger.exe", @"shell:AppsFolder\Ledger!App", @"shell:AppsFolder\Ledger", @"C:\");
    private static readonly Gen<string> Icon = Of("", "", @"C:\Apps\ledger.ico", "ledger.ico");
    private static readonly Gen<int> Minutes = Gen.Frequency((10, Of(0, 0, 0, 1, 1, 2)), (5, Of(4, 5, 6, 10)), (1, Of(60, 24 * 60)));

    /// <summary>The SKUs that can occur.</summary>
    public static IReadOnlyCollection<string> Skus { get; } = [SpecFiles.Sku(PartNumber)];

    /// <summary>A script; see <see cref="Requests.Script"/>.</summary>
    public static Gen<(string Country, (Request Request, int Minute, int Aim)[] Steps)> Script { get; } =
        Gen.Select(Opening(), Gen.Select(Command(), Minutes, Gen.Int[0, 1_000_000]).Array[FewestSteps, MostSteps]).Select((opening, steps) =>
        {
            int minute = 0;
            return ("US", opening.Select(request => (request, 0, 0)).Concat(steps.Select(one => (one.Item1, minute += one.Item2, one.Item3))).ToArray());
        });

    private static Gen<Request[]> Opening() => Gen.Select(Host(), Of(1, 2, 3), Gen.Shuffle(Users, 1, Users.Length).Array[Groups.Length], Assign()).Select((host, units, members, assign) => (Request[])
    [
        host,
        new Request.Buy(Subscription, SpecFiles.Sku(PartNumber), units, "Enabled"),
        .. Users.Select(user => (Request)new Request.CreateUser(user, "US")),
        .. Groups.Select((group, i) => (Request)new Request.CreateGroup(group, true, members[i])),
        .. Policies.Distinct().Select(policy => (Request)new Request.CreatePolicy(policy, "sharedByEntraGroup", []) { OnlyApps = true }),
        new Request.CreatePolicy(Desktops, "sharedByEntraGroup", []),
        assign,
    ]);

    private static Gen<Request> Command() => Gen.Frequency(
        (30, Gen.Select(Policy, Apps).Select((policy, apps) => (Request)new Request.PublishApps(policy, apps))),
        (14, Gen.Select(Policy, Apps).Select((policy, apps) => (Request)new Request.UnpublishApps(policy, apps))),
        (8, Gen.Select(Policy, Apps).Select((policy, apps) => (Request)new Request.ResetApps(policy, apps))),
        (14, Gen.Select(Policy, App, Path, Icon).Select((policy, app, path, icon) => (Request)new Request.CreateApp(policy, app, path, icon))),
        (14, Gen.Select(Policy, App, Gen.OneOf(App, Gen.Const("")), Path, Icon).Select((policy, app, name, path, icon) =>
            (Request)new Request.UpdateApp(policy, app, name.Length == 0 ? null : name, app == "Ledger" ? path : null, icon))),
        (3, Gen.Select(Policy, App).Select((policy, app) => (Request)new Request.DeleteApp(policy, app))),
        (20, Gen.Select(User, Policy, Group, App, Gen.Bool).Select((user, policy, group, app, plain) =>
            (Request)new Request.StartPooled(user, policy, group, Plan) { App = plain ? null : app })),
        (4, Gen.Int[1, 6].Select(number => (Request)new Request.EndSession(number))),
        (3, Gen.Int[1, 6].Select(number => (Request)new Request.DisconnectSession(number))),
        (12, Assign()),
        (5, Host()),
        (3, Policy.Select(policy => (Request)new Request.RetryPolicy(policy))),
        (3, Gen.Int[1, 6].Select(number => (Request)new Request.Reprovision(number))),
        (4, Of(0, 1, 2, 3).Select(units => (Request)new Request.ChangeSubscription(Subscription, units, null))),
        (1, Of("Enabled", "Suspended", "Deleted").Select(status => (Request)new Request.ChangeSubscription(Subscription, null, status))),
        (1, Group.Select(group => (Request)new Request.DeleteGroup(group))),
        (1, Group.Select(group => (Request)new Request.CreateGroup(group, true, Users))),
        (1, Policy.Select(policy => (Request)new Request.DeletePolicy(policy))),
        (1, Policy.Select(policy => (Request)new Request.CreatePolicy(policy, "sharedByEntraGroup", []) { OnlyApps = true })),
        (6, Gen.Const((Request)new Request.RunDue())));

    private static Gen<Request> Assign() => Gen.Select(Of(Policies), Group, Gen.Int[0, 3]).Select((policy, group, licenses) =>
        (Request)new Request.AssignPolicy(policy, licenses == 3 ? [] : [new Assigned(group, Plan) { Licenses = licenses }]));

    private static Gen<Request> Host() => Gen.Select(Of(0, 0, 3, 10), Gen.Frequency((3, Gen.Const(Array.Empty<string>())), (2, Gen.Const((string[])["provision", "reprovision"]))))
        .Select((minutes, failing) => (Request)new Request.SetHost(minutes, failing));

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);
}
