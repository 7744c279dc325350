using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Plans;

namespace Berth.CommandLine.Client.Identity;

/// <summary><c>berth identity</c>: what an installation's administrator does about its tokens (B734).</summary>
internal static class IdentityCommands
{
    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Option<bool> forgetOld = new("--forget-old")
        {
            Description = "Let the keys before go at once, because one is in wrong hands: every token ends, and everybody signs in again.",
        };
        Command rotate = new("rotate-keys", "Make a new key that signs tokens. It is published now, signs in a day, and the one before goes when its last token has ended.") { forgetOld };
        rotate.Does(options, async (session, parsed, cancel) =>
        {
            JsonObject body = new() { ["forgetOld"] = parsed.GetValue(forgetOld) };
            if (await PlanCommands.AskAsync(session, HttpMethod.Post, "/identity/rotateKeys", body, "The keys", cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            if (session.Screen.Json)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(answer.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
                return ExitCode.Done;
            }

            session.Screen.Table(["Key", "Published since", "Signs since", "Signs now"], [.. answer["value"]!.AsArray().Select(key => new[]
            {
                (string)key!["id"]!, Day((DateTimeOffset)key["createdDateTime"]!), Day((DateTimeOffset)key["signsDateTime"]!), (bool)key["isSigning"]! ? "yes" : "",
            })]);
            return ExitCode.Done;
        });
        return new Command("identity", "The tokens of an installation.") { rotate };
    }

    private static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
