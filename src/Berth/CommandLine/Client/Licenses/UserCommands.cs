using System.CommandLine;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Licenses;

/// <summary><c>berth user license</c>: the licenses of one user, direct and by group.</summary>
internal static class UserCommands
{
    /// <summary>What the commands read of a user.</summary>
    public const string Selected = "$select=id,userPrincipalName,displayName,usageLocation,licenseAssignmentStates";

    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options) =>
        new("user", "Users.") { new Command("license", "The licenses of a user.") { List(options), Add(options), Remove(options) } };

    /// <summary>The path of a user.</summary>
    public static string PathOf(string user) => $"{GraphCall.Version}/users/{Uri.EscapeDataString(user)}";

    private static Command List(ConnectionOptions options)
    {
        (Argument<string?>, Option<string?>) user = LicenseArguments.User();
        Command list = new("list", "Show which licenses a user has, from which source, and what keeps others away.") { options.AsOf };
        list.Add(user);
        list.Does(options, async (session, parsed, cancel) =>
        {
            Reply<SkuBook> reply = await SkuBook.OpenAsync(session.Graph, cancel).ConfigureAwait(false);
            return reply.Is(out SkuBook? book, out GraphRefusal? refusal)
                ? await ShowAsync(session, book, parsed.Value(user), cancel).ConfigureAwait(false)
                : session.Screen.Refused("The tenant's SKUs", refusal);
        });
        return list;
    }

    private static Command Add(ConnectionOptions options)
    {
        (Argument<string?>, Option<string?>) user = LicenseArguments.User();
        Option<string[]> skus = LicenseArguments.Skus("assign"), disabled = LicenseArguments.DisabledPlans();
        Option<string?> location = LicenseArguments.UsageLocation();
        Command add = new("add", "Assign SKUs to a user directly, all or none.") { skus, disabled, location };
        add.Add(user);
        add.Does(options, async (session, parsed, cancel) =>
        {
            Reply<SkuBook> reply = await SkuBook.OpenAsync(session.Graph, cancel).ConfigureAwait(false);
            if (!reply.Is(out SkuBook? book, out GraphRefusal? refusal))
            {
                return session.Screen.Refused("The tenant's SKUs", refusal);
            }

            if (LicenseWords.Read(session.Screen, book, parsed.GetValue(skus)!, parsed.GetValue(disabled) ?? []) is not { } wanted)
            {
                return ExitCode.BadUsage;
            }

            string name = parsed.Value(user);
            if (parsed.GetValue(location) is { } country && await SetLocationAsync(session, name, country, cancel).ConfigureAwait(false) is { } refused)
            {
                return session.Screen.Refused(name, refused);
            }

            return await ChangeAsync(session, book, name, new WireChange(wanted, []), cancel).ConfigureAwait(false);
        });
        return add;
    }

    private static Command Remove(ConnectionOptions options)
    {
        (Argument<string?>, Option<string?>) user = LicenseArguments.User();
        Option<string[]> skus = LicenseArguments.Skus("take away");
        Command remove = new("remove", "Take directly assigned SKUs from a user, all or none.") { skus };
        remove.Add(user);
        remove.Does(options, async (session, parsed, cancel) =>
        {
            Reply<SkuBook> reply = await SkuBook.OpenAsync(session.Graph, cancel).ConfigureAwait(false);
            if (!reply.Is(out SkuBook? book, out GraphRefusal? refusal))
            {
                return session.Screen.Refused("The tenant's SKUs", refusal);
            }

            return LicenseWords.Read(session.Screen, book, parsed.GetValue(skus)!, []) is { } gone
                ? await ChangeAsync(session, book, parsed.Value(user), new WireChange([], [.. gone.Select(one => one.SkuId)]), cancel).ConfigureAwait(false)
                : ExitCode.BadUsage;
        });
        return remove;
    }

    private static async Task<int> ChangeAsync(Session session, SkuBook book, string user, WireChange change, CancellationToken cancel)
    {
        GraphCall call = GraphCall.Write(HttpMethod.Post, $"{PathOf(user)}/assignLicense", change, WireJson.Default.WireChange);
        GraphAnswer answer = await session.Graph.SendAsync(call, cancel).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            return session.Screen.Refused(user, GraphRefusal.Of(answer));
        }

        session.Screen.Say($"{user}: {LicenseWords.Describe(book, change)}.");
        return await ShowAsync(session, book, user, cancel).ConfigureAwait(false);
    }

    private static async Task<GraphRefusal?> SetLocationAsync(Session session, string user, string country, CancellationToken cancel)
    {
        Reply<WireUser> reply = await session.Graph.GetAsync($"{PathOf(user)}?{Selected}", WireJson.Default.WireUser, cancel).ConfigureAwait(false);
        if (!reply.Is(out WireUser? found, out GraphRefusal? refusal))
        {
            return refusal;
        }

        if (found.UsageLocation is not null)
        {
            return null;
        }

        GraphCall call = GraphCall.Write(HttpMethod.Patch, PathOf(user), new WireLocation(country.ToUpperInvariant()), WireJson.Default.WireLocation);
        GraphAnswer answer = await session.Graph.SendAsync(call, cancel).ConfigureAwait(false);
        return answer.IsDone ? null : GraphRefusal.Of(answer);
    }

    private static async Task<int> ShowAsync(Session session, SkuBook book, string user, CancellationToken cancel)
    {
        Reply<WireUser> reply = await session.Graph.GetAsync($"{PathOf(user)}?{Selected}", WireJson.Default.WireUser, cancel).ConfigureAwait(false);
        if (!reply.Is(out WireUser? found, out GraphRefusal? refusal))
        {
            return session.Screen.Refused(user, refusal);
        }

        WireAssignment[] states = [.. (found.LicenseAssignmentStates ?? []).OrderBy(state => book.Of(state.SkuId).PartNumber, StringComparer.OrdinalIgnoreCase).ThenBy(state => state.AssignedByGroup)];
        Guid[] groups = [.. states.Select(state => state.AssignedByGroup).OfType<Guid>().Distinct()];
        GraphAnswer[] answers = groups.Length == 0 ? [] : await session.Graph.SendBatchAsync(
            [.. groups.Select(id => GraphCall.Get($"{GraphCall.Version}/groups/{id}?$select=id,displayName"))], cancel).ConfigureAwait(false);

        // A group's name is a comfort: whoever may not read groups still sees the licenses.
        Dictionary<Guid, string?> names = groups.Zip(answers).ToDictionary(
            pair => pair.First, pair => pair.Second.IsDone ? pair.Second.Read(WireJson.Default.WireGroup).DisplayName : null);
        LicenseAnswer[] licenses =
        [
            .. states.Select(state => new LicenseAnswer(
                state.SkuId,
                book.Of(state.SkuId).PartNumber,
                book.Of(state.SkuId).ProductName,
                state.AssignedByGroup is null ? "direct" : "group",
                state.AssignedByGroup,
                state.AssignedByGroup is { } group ? names[group] : null,
                state.State ?? "",
                state.Error ?? "None",
                LicenseWords.Plans(book, state.SkuId, state.DisabledPlans))),
        ];
        if (session.Screen.Json)
        {
            session.Screen.Write(new UserAnswer(found.Id, found.UserPrincipalName, found.DisplayName, found.UsageLocation, licenses), AnswerJson.Default.UserAnswer);
            return ExitCode.Done;
        }

        session.Screen.Say($"{found.DisplayName} ({found.UserPrincipalName}, {found.Id}), usage location {found.UsageLocation ?? "not set"}");
        if (licenses.Length == 0)
        {
            session.Screen.Say("No license.");
            return ExitCode.Done;
        }

        session.Screen.Table(
            ["SKU", "Product", "Source", "State", "Error", "Disabled plans"],
            [.. licenses.Select(one => new[]
            {
                one.SkuPartNumber,
                one.ProductName,
                one.GroupId is null ? "direct" : $"group {one.GroupName ?? $"{one.GroupId}"}",
                one.State,
                one.Error is "None" ? "" : one.Error,
                string.Join(", ", one.DisabledPlans.Select(plan => plan.ServicePlanName)),
            })]);
        return ExitCode.Done;
    }
}
