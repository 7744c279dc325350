using System.CommandLine;
using System.Globalization;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Licenses;

/// <summary><c>berth group license</c>: what a group gives its members.</summary>
internal static class GroupCommands
{
    private const string Selected = "$select=id,displayName,assignedLicenses,licenseProcessingState";

    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options) =>
        new("group", "Groups.") { new Command("license", "The licenses of a group.") { List(options), Add(options), Remove(options) } };

    private static Command List(ConnectionOptions options)
    {
        (Argument<string?>, Option<string?>) group = LicenseArguments.Group();
        Command list = new("list", "Show what a group gives, and how many members lack it.") { options.AsOf };
        list.Add(group);
        list.Does(options, (session, parsed, cancel) => WithAsync(session, parsed.Value(group), (book, found) => ShowAsync(session, book, found, cancel), cancel));
        return list;
    }

    private static Command Add(ConnectionOptions options)
    {
        (Argument<string?>, Option<string?>) group = LicenseArguments.Group();
        Option<string[]> skus = LicenseArguments.Skus("assign"), disabled = LicenseArguments.DisabledPlans();
        Command add = new("add", "Assign SKUs to a group; its members get them as seats allow.") { skus, disabled };
        add.Add(group);
        add.Does(options, (session, parsed, cancel) => WithAsync(
            session,
            parsed.Value(group),
            async (book, found) => LicenseWords.Read(session.Screen, book, parsed.GetValue(skus)!, parsed.GetValue(disabled) ?? []) is { } wanted
                ? await ChangeAsync(session, book, found, new WireChange(wanted, []), cancel).ConfigureAwait(false)
                : ExitCode.BadUsage,
            cancel));
        return add;
    }

    private static Command Remove(ConnectionOptions options)
    {
        (Argument<string?>, Option<string?>) group = LicenseArguments.Group();
        Option<string[]> skus = LicenseArguments.Skus("take away");
        Command remove = new("remove", "Take SKUs from a group, and so from its members.") { skus };
        remove.Add(group);
        remove.Does(options, (session, parsed, cancel) => WithAsync(
            session,
            parsed.Value(group),
            async (book, found) => LicenseWords.Read(session.Screen, book, parsed.GetValue(skus)!, []) is { } gone
                ? await ChangeAsync(session, book, found, new WireChange([], [.. gone.Select(one => one.SkuId)]), cancel).ConfigureAwait(false)
                : ExitCode.BadUsage,
            cancel));
        return remove;
    }

    private static async Task<int> WithAsync(Session session, string name, Func<SkuBook, WireGroup, Task<int>> then, CancellationToken cancel)
    {
        Reply<SkuBook> skus = await SkuBook.OpenAsync(session.Graph, cancel).ConfigureAwait(false);
        if (!skus.Is(out SkuBook? book, out GraphRefusal? refusal))
        {
            return session.Screen.Refused("The tenant's SKUs", refusal);
        }

        if (Guid.TryParse(name, out Guid id))
        {
            Reply<WireGroup> one = await ReadAsync(session, id, cancel).ConfigureAwait(false);
            return one.Is(out WireGroup? group, out refusal) ? await then(book, group).ConfigureAwait(false) : session.Screen.Refused(name, refusal);
        }

        string filter = Uri.EscapeDataString($"displayName eq '{name.Replace("'", "''", StringComparison.Ordinal)}'");
        Reply<List<WireGroup>> named = await session.Graph.GetAllAsync(
            $"{GraphCall.Version}/groups?$filter={filter}&{Selected}", WireJson.Default.PageWireGroup, cancel).ConfigureAwait(false);
        if (!named.Is(out List<WireGroup>? groups, out refusal))
        {
            return session.Screen.Refused(name, refusal);
        }

        switch (groups)
        {
            case [WireGroup only]:
                return await then(book, only).ConfigureAwait(false);
            case []:
                session.Screen.Warn($"no group is called '{name}'. A group is named by its whole display name or its id.");
                return ExitCode.SomeRowsFailed;
            default:
                session.Screen.Warn($"{groups.Count} groups are called '{name}', so say which by its id: {string.Join(" or ", groups.Select(one => one.Id))}.");
                return ExitCode.SomeRowsFailed;
        }
    }

    private static async Task<int> ChangeAsync(Session session, SkuBook book, WireGroup group, WireChange change, CancellationToken cancel)
    {
        GraphCall call = GraphCall.Write(HttpMethod.Post, $"{GraphCall.Version}/groups/{group.Id}/assignLicense", change, WireJson.Default.WireChange);
        GraphAnswer answer = await session.Graph.SendAsync(call, cancel).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            return session.Screen.Refused(group.DisplayName ?? $"{group.Id}", GraphRefusal.Of(answer));
        }

        session.Screen.Say($"{group.DisplayName}: {LicenseWords.Describe(book, change)}.");
        long began = session.Time.GetTimestamp();
        while (true)
        {
            Reply<WireGroup> reply = await ReadAsync(session, group.Id, cancel).ConfigureAwait(false);
            if (!reply.Is(out WireGroup? now, out GraphRefusal? refusal))
            {
                return session.Screen.Refused($"{group.Id}", refusal);
            }

            bool isProcessed = now.LicenseProcessingState?.State is null or "ProcessingComplete";
            if (isProcessed || session.Time.GetElapsedTime(began) > ClientLimits.GroupProcessing)
            {
                if (!isProcessed)
                {
                    session.Screen.Say($"The members are still being processed; 'berth group license list {group.Id}' tells how far it is.");
                }

                return await ShowAsync(session, book, now, cancel).ConfigureAwait(false);
            }

            await Task.Delay(ClientLimits.GroupLook, session.Time, cancel).ConfigureAwait(false);
        }
    }

    private static Task<Reply<WireGroup>> ReadAsync(Session session, Guid id, CancellationToken cancel) =>
        session.Graph.GetAsync($"{GraphCall.Version}/groups/{id}?{Selected}", WireJson.Default.WireGroup, cancel);

    private static async Task<int> ShowAsync(Session session, SkuBook book, WireGroup group, CancellationToken cancel)
    {
        Reply<List<WireUser>> troubled = await session.Graph.GetAllAsync(
            $"{GraphCall.Version}/groups/{group.Id}/membersWithLicenseErrors?$select=id", WireJson.Default.PageWireUser, cancel).ConfigureAwait(false);
        if (!troubled.Is(out List<WireUser>? inError, out GraphRefusal? refusal))
        {
            return session.Screen.Refused(group.DisplayName ?? $"{group.Id}", refusal);
        }

        GroupLicenseAnswer[] licenses =
        [
            .. (group.AssignedLicenses ?? []).Select(one => (License: one, Sku: book.Of(one.SkuId)))
                .OrderBy(one => one.Sku.PartNumber, StringComparer.OrdinalIgnoreCase)
                .Select(one => new GroupLicenseAnswer(
                    one.Sku.Id, one.Sku.PartNumber, one.Sku.ProductName, LicenseWords.Plans(book, one.Sku.Id, one.License.DisabledPlans))),
        ];
        string? state = group.LicenseProcessingState?.State;
        if (session.Screen.Json)
        {
            session.Screen.Write(new GroupAnswer(group.Id, group.DisplayName, state, inError.Count, licenses), AnswerJson.Default.GroupAnswer);
            return ExitCode.Done;
        }

        session.Screen.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{group.DisplayName} ({group.Id}): {(licenses.Length == 0 ? "no license" : state ?? "not processed yet")}, members in error: {inError.Count}"));
        if (licenses.Length == 0)
        {
            return ExitCode.Done;
        }

        session.Screen.Table(
            ["SKU", "Product", "Disabled plans"],
            [.. licenses.Select(one => new[] { one.SkuPartNumber, one.ProductName, string.Join(", ", one.DisabledPlans.Select(plan => plan.ServicePlanName)) })]);
        return ExitCode.Done;
    }
}
