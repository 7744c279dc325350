using System.CommandLine;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Plans;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Alerts;

/// <summary><c>berth alert-receivers</c>: who is told of alerts (B790, B796).</summary>
internal static class AlertReceiverCommands
{
    private const string Path = "/alertReceivers";

    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options) =>
        new("alert-receivers", "Who is told of alerts: webhooks and mailboxes.") { List(options), Add(options), Change(options), Remove(options), Test(options) };

    private static Command List(ConnectionOptions options)
    {
        Command list = new("list", "List them, and how telling them went since the server's start.");
        list.Does(options, async (session, parsed, cancel) =>
        {
            if (await PlanCommands.AskAsync(session, HttpMethod.Get, Path, null, "The receivers", cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            await WriteAsync(session, parsed, answer, cancel).ConfigureAwait(false);
            session.Screen.Table(["Id", "Name", "Where", "Kinds", "Last taken", "Problem"], [.. answer["value"]!.AsArray().Select(static one => new[]
            {
                $"{one!["id"]}", $"{one["displayName"]}", $"{one["url"] ?? one["address"]}", string.Join(' ', one["kinds"]!.AsArray().Select(static kind => $"{kind}")), AlertsCommand.Day(one["lastTakenDateTime"]), $"{one["problem"]}",
            })]);
            return ExitCode.Done;
        });
        return list;
    }

    private static Command Add(ConnectionOptions options)
    {
        Option<string?> url = new("--url") { Description = "A webhook: messages are posted there, signed with a secret that is shown once.", HelpName = "URL" };
        Option<string?> mail = new("--mail") { Description = "A mailbox; the server must know a mail server (berth serve --smtp).", HelpName = "ADDRESS" };
        Wishes wishes = new();
        Command add = new("add", "Have alerts told to a webhook or to a mailbox.") { url, mail };
        wishes.AddTo(add);
        add.Validators.Add(result =>
        {
            if (result.GetValue(url) is null == result.GetValue(mail) is null)
            {
                result.AddError("say either --url or --mail.");
            }
        });
        add.Does(options, async (session, parsed, cancel) =>
        {
            JsonObject body = wishes.Read(parsed);
            (string name, string where) = parsed.GetValue(url) is { } webhook ? ("url", webhook) : ("address", parsed.GetValue(mail)!);
            body[name] = where;
            if (await PlanCommands.AskAsync(session, HttpMethod.Post, Path, body, where, cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            await WriteAsync(session, parsed, answer, cancel).ConfigureAwait(false);
            session.Screen.Say($"Alerts are told to {where} from now on: receiver {answer["id"]}. 'berth alert-receivers test {answer["id"]}' tries it.");
            if (answer["secret"] is { } secret)
            {
                session.Screen.Say($"Messages are signed with this secret, which is shown this once: {secret}");
            }

            return ExitCode.Done;
        });
        return add;
    }

    private static Command Change(ConnectionOptions options)
    {
        Argument<Guid> id = Id();
        Wishes wishes = new();
        Command change = new("change", "Change what a receiver is told, and from when on; the rest stays as it is.") { id };
        wishes.AddTo(change);
        change.Does(options, async (session, parsed, cancel) =>
        {
            if (await PlanCommands.AskAsync(session, HttpMethod.Patch, $"{Path}/{parsed.GetValue(id)}", wishes.Read(parsed), $"Receiver {parsed.GetValue(id)}", cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            await WriteAsync(session, parsed, answer, cancel).ConfigureAwait(false);
            session.Screen.Say("Changed.");
            return ExitCode.Done;
        });
        return change;
    }

    private static Command Remove(ConnectionOptions options)
    {
        Argument<Guid> id = Id();
        Command remove = new("remove", "Tell a receiver nothing more.") { id };
        remove.Does(options, async (session, parsed, cancel) =>
        {
            GraphAnswer answer = await session.Graph.SendAsync(new GraphCall(HttpMethod.Delete, $"/berth/v1{Path}/{parsed.GetValue(id)}"), cancel).ConfigureAwait(false);
            if (!answer.IsDone)
            {
                return session.Screen.Refused($"Receiver {parsed.GetValue(id)}", GraphRefusal.Of(answer));
            }

            session.Screen.Say("Removed.");
            return ExitCode.Done;
        });
        return remove;
    }

    private static Command Test(ConnectionOptions options)
    {
        Argument<Guid> id = Id();
        Command test = new("test", "Send a receiver a message that tells nothing, and say whether it took it.") { id };
        test.Does(options, async (session, parsed, cancel) =>
        {
            if (await PlanCommands.AskAsync(session, HttpMethod.Post, $"{Path}/{parsed.GetValue(id)}/test", null, $"Receiver {parsed.GetValue(id)}", cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            await WriteAsync(session, parsed, answer, cancel).ConfigureAwait(false);
            if (answer["problem"] is { } problem)
            {
                session.Screen.Warn($"it did not take the test: {problem}.");
                return ExitCode.SomeRowsFailed;
            }

            session.Screen.Say("It took the test.");
            return ExitCode.Done;
        });
        return test;
    }

    private static Argument<Guid> Id() => new("ID") { Description = "The receiver's id; 'berth alert-receivers list' names it." };

    private static async Task WriteAsync(Session session, ParseResult parsed, JsonObject answer, CancellationToken cancel)
    {
        if (session.Screen.Json)
        {
            await parsed.InvocationConfiguration.Output.WriteLineAsync(answer.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
        }
    }

    /// <summary>What a receiver is to be told; what nobody says is left alone.</summary>
    private sealed class Wishes
    {
        private readonly Option<string?> _name = new("--name") { Description = "What you call it.", HelpName = "TEXT" };
        private readonly Option<string[]> _kinds = new("--kind")
        {
            Description = "Only this: poolExhausted, poolWaiting, bufferInUse, bufferBlocked or cloudPcRule; may be given several times.",
            HelpName = "KIND",
        };

        private readonly (Option<int?> Option, string Name)[] _thresholds =
        [
            (new Option<int?>("--free-units") { Description = "A pool is short when no more seats than this are free; 0 when nobody says.", HelpName = "N" }, "freeUnits"),
            (new Option<int?>("--free-percent") { Description = "The same in percent of the seats.", HelpName = "N" }, "freePercent"),
            (new Option<int?>("--waiting") { Description = "How many must wait for a seat; 1 when nobody says.", HelpName = "N" }, "waiting"),
            (new Option<int?>("--buffer-uses") { Description = "Which use of a buffer within a day is told, 1 to 4; 1 when nobody says.", HelpName = "N" }, "bufferUses"),
        ];

        public void AddTo(Command command)
        {
            foreach (Option option in (Option[])[_name, _kinds, .. _thresholds.Select(static one => one.Option)])
            {
                command.Add(option);
            }
        }

        public JsonObject Read(ParseResult parsed)
        {
            JsonObject body = [];
            if (parsed.GetValue(_name) is { } name)
            {
                body["displayName"] = name;
            }

            if (parsed.GetValue(_kinds) is { Length: > 0 } kinds)
            {
                body["kinds"] = new JsonArray([.. kinds.Select(static kind => (JsonNode)kind)]);
            }

            foreach ((Option<int?> option, string member) in _thresholds)
            {
                if (parsed.GetValue(option) is { } threshold)
                {
                    JsonObject thresholds = body["thresholds"] as JsonObject ?? [];
                    thresholds[member] = threshold;
                    body["thresholds"] ??= thresholds;
                }
            }

            return body;
        }
    }
}
