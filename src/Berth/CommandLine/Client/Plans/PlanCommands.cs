using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Tenants;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Plans;

/// <summary><c>berth plan</c> and <c>berth apply</c>: what changes would do, and making them (B500 to B506).</summary>
internal static class PlanCommands
{
    // Between the last look and the writing somebody may come: then it is looked at again, and written only when it comes out the same.
    private const int Attempts = 3;

    private const string FileWords = "A file of licenses (YAML), a list of changes (JSON) or a plan that was saved; see docs/how-to/licenses-as-code.md and plan-and-undo.md.";

    private const int MostDifferences = 20;

    /// <summary><c>berth plan</c>; of a file of licenses its exit code tells drift (B557).</summary>
    public static Command CreatePlan(ConnectionOptions options)
    {
        Option<FileInfo> file = File();
        Option<FileInfo?> save = new("--save") { Description = "Save the plan into this file, to look at it again or to apply it.", HelpName = "FILE" };
        Option<bool> many = Many();
        Command plan = new("plan", "Say what changes would do to every user, seat and Cloud PC. Nothing changes. Exit code 0: nothing to do, 4: changes, 3: refused, by the server or by a guard.")
        {
            file, save, many,
        };
        plan.Does(options, async (session, parsed, cancel) =>
        {
            if (await ChangeFile.ReadAsync(session, parsed.GetValue(file)!, cancel).ConfigureAwait(false) is not { } changes)
            {
                return ExitCode.BadUsage;
            }

            KeepPlans(session, changes);
            if (await DrawAsync(session, changes.Changes, cancel).ConfigureAwait(false) is not { } drawn)
            {
                return ExitCode.SomeRowsFailed;
            }

            await ShowAsync(session, parsed.InvocationConfiguration.Output, drawn, cancel).ConfigureAwait(false);
            if (parsed.GetValue(save) is { } to)
            {
                try
                {
                    await ChangeFile.SaveAsync(to, changes.Changes, drawn, cancel).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    session.Screen.Warn($"{to.Name} cannot be written: {e.Message}");
                    return ExitCode.Failed;
                }
            }

            return !PlanTable.Changes(drawn) ? ExitCode.Done : PlanTable.IsGuarded(drawn) && !parsed.GetValue(many) ? ExitCode.SomeRowsFailed : ExitCode.Changes;
        });
        return plan;
    }

    /// <summary><c>berth apply</c>.</summary>
    public static Command CreateApply(ConnectionOptions options)
    {
        Option<FileInfo?> file = new("--file", "-f") { Description = FileWords, HelpName = "FILE" };
        Option<bool> yes = Yes(), many = Many();
        WritingOptions there = new();
        Command apply = new(
            "apply",
            "Make changes, all or none, after showing what they do. A saved plan that would come out otherwise by now is refused. With --tenant NAME they are written to that tenant, one by one: exit code 5 when not all of them were seen there in the end.")
        {
            file, yes, many,
        };
        there.AddTo(apply);
        apply.Validators.Add(result =>
        {
            if (result.GetValue(file) is null == result.GetValue(there.Resume) is null)
            {
                result.AddError("give the changes with --file, or the run to go on with by --resume.");
            }
        });
        apply.Does(options, async (session, parsed, cancel) =>
        {
            TenantWriting? writing = there.Open(options, parsed, session, out string? unfit);
            if ((unfit ?? writing?.Problem()) is { } problem)
            {
                session.Screen.Warn(problem);
                return ExitCode.BadUsage;
            }

            ApplyToTenant? to = writing is null ? null : new(session, parsed.InvocationConfiguration.Output, session.Copy!.Name, writing);
            if (to is not null && parsed.GetValue(file) is null)
            {
                return await to.ResumeAsync(cancel).ConfigureAwait(false);
            }

            if (await ChangeFile.ReadAsync(session, parsed.GetValue(file)!, cancel).ConfigureAwait(false) is not { } changes)
            {
                return ExitCode.BadUsage;
            }

            KeepPlans(session, changes);
            if (await DrawAsync(session, changes.Changes, cancel).ConfigureAwait(false) is not { } drawn)
            {
                return ExitCode.SomeRowsFailed;
            }

            if (changes.Saved is { } saved && Differs(session.Screen, saved, drawn))
            {
                return ExitCode.SomeRowsFailed;
            }

            PlanTable.Show(session.Screen, await BookAsync(session, cancel).ConfigureAwait(false), drawn);
            if (!PlanTable.Changes(drawn))
            {
                return ExitCode.Done;
            }

            if (PlanTable.IsGuarded(drawn) && !parsed.GetValue(many))
            {
                session.Screen.Warn("many would lose a license: give --allow-mass-removal if that is what you want. Nothing was changed (B505).");
                return ExitCode.SomeRowsFailed;
            }

            if (to is not null)
            {
                return await to.BeginAsync(changes.Changes, cancel).ConfigureAwait(false);
            }

            return Confirm.Asked(session.Screen, parsed.GetValue(yes), "Make these changes?")
                ? await ApplyAsync(session, parsed.InvocationConfiguration.Output, changes.Changes, drawn, parsed.GetValue(many), cancel).ConfigureAwait(false)
                : ExitCode.Failed;
        });
        return apply;
    }

    /// <summary>Do not ask.</summary>
    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do it without asking." };

    /// <summary>The tenant's SKU names, or null for who may not read them.</summary>
    public static async Task<SkuBook?> BookAsync(Session session, CancellationToken cancel) =>
        (await SkuBook.OpenAsync(session.Graph, cancel).ConfigureAwait(false)).Is(out SkuBook? book, out _) ? book : null;

    /// <summary>Shows a plan to a person or a program.</summary>
    public static async Task ShowAsync(Session session, TextWriter output, JsonObject plan, CancellationToken cancel)
    {
        if (session.Screen.Json)
        {
            await output.WriteLineAsync(plan.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
        }
        else
        {
            PlanTable.Show(session.Screen, await BookAsync(session, cancel).ConfigureAwait(false), plan);
        }
    }

    /// <summary>Sends a request of Berth's own interface; null when it was refused, which was said then.</summary>
    public static async Task<JsonObject?> AskAsync(Session session, HttpMethod method, string path, JsonObject? body, string about, CancellationToken cancel)
    {
        GraphAnswer answer = await session.Graph.SendAsync(new GraphCall(method, $"/berth/v1{path}", body is null ? null : Encoding.UTF8.GetBytes(body.ToJsonString())), cancel).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            session.Screen.Refused(about, GraphRefusal.Of(answer));
            return null;
        }

        return JsonNode.Parse(answer.Body.Span) as JsonObject ?? throw new ConnectionFailedException("the server's answer is not Berth's: is --graph right?");
    }

    private static async Task<JsonObject?> DrawAsync(Session session, JsonArray changes, CancellationToken cancel) =>
        await AskAsync(session, HttpMethod.Post, "/plan", new JsonObject { ["changes"] = changes.DeepClone() }, "The plan", cancel).ConfigureAwait(false);

    private static async Task<int> ApplyAsync(Session session, TextWriter output, JsonArray changes, JsonObject shown, bool many, CancellationToken cancel)
    {
        JsonObject drawn = shown;
        for (int attempt = 1; ; attempt++)
        {
            JsonObject body = new() { ["changes"] = changes.DeepClone(), ["expectedVersion"] = (long)drawn["version"]!, ["allowMassRemoval"] = many };
            GraphAnswer answer = await session.Graph.SendAsync(new GraphCall(HttpMethod.Post, "/berth/v1/apply", Encoding.UTF8.GetBytes(body.ToJsonString())), cancel).ConfigureAwait(false);
            if (answer.IsDone)
            {
                JsonObject operation = JsonNode.Parse(answer.Body.Span)!.AsObject();
                if (session.Screen.Json)
                {
                    await output.WriteLineAsync(operation.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
                }

                session.Screen.Say(operation["id"] is null ? "Nothing changed." : $"Done: operation {operation["id"]}. 'berth undo {operation["id"]}' takes it back.");
                return ExitCode.Done;
            }

            GraphRefusal refusal = GraphRefusal.Of(answer);
            if (refusal.Code != "versionMoved" || attempt == Attempts)
            {
                return session.Screen.Refused("The changes", refusal);
            }

            if (await DrawAsync(session, changes, cancel).ConfigureAwait(false) is not { } again || Differs(session.Screen, shown, again))
            {
                return ExitCode.SomeRowsFailed;
            }

            drawn = again;
        }
    }

    private static bool Differs(Screen screen, JsonObject old, JsonObject young)
    {
        (string[] onlyOld, string[] onlyYoung) = PlanTable.Differences(old, young);
        if (onlyOld.Length + onlyYoung.Length == 0)
        {
            return false;
        }

        screen.Warn("the tenant has changed, so that the plan would do something else. Nothing was changed (B506).");
        foreach (string line in onlyOld.Select(static line => "no longer: " + line).Concat(onlyYoung.Select(static line => "now: " + line)).Take(MostDifferences))
        {
            screen.Warn(line);
        }

        return true;
    }

    private static void KeepPlans(Session session, ChangeFile changes)
    {
        if (session.Copy is { } copy)
        {
            KeptPlans.Fill(changes.Changes, copy.Tenant);
        }
    }

    private static Option<FileInfo> File() => new("--file", "-f") { Description = FileWords, HelpName = "FILE", Required = true };

    private static Option<bool> Many() => new("--allow-mass-removal") { Description = "Also when more than 30 % of the holders of a SKU, and at least 10, lose it." };
}
