using System.Buffers;
using System.Text.Json;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Sync;

/// <summary>Makes the changes of a plan: what comes over the import, everything else by Graph's own requests in batches. What is refused is told and stops nothing (B814).</summary>
internal sealed class SyncRun(GraphClient graph, CancellationToken cancel)
{
    private readonly List<string> _problems = [];

    /// <summary>Makes the changes in their order; the result names those that were refused.</summary>
    public async Task<IReadOnlyList<string>> DoAsync(SyncPlan plan)
    {
        int at = 0;
        while (at < plan.Changes.Count)
        {
            bool comes = IsImported(plan.Changes[at]);
            int end = at;
            while (end < plan.Changes.Count && end - at < (comes ? SyncLimits.ImportLines : SyncLimits.Portion) && IsImported(plan.Changes[end]) == comes)
            {
                end++;
            }

            SyncChange[] portion = [.. plan.Changes.Skip(at).Take(end - at)];
            await (comes ? ImportAsync(portion) : WriteAsync(portion)).ConfigureAwait(false);
            at = end;
        }

        return _problems;
    }

    private static bool IsImported(SyncChange change) => change is SyncChange.CreateUser or SyncChange.CreateGroup or SyncChange.AddMember;

    private async Task ImportAsync(SyncChange[] changes)
    {
        ArrayBufferWriter<byte> body = new();
        foreach (SyncChange change in changes)
        {
            using (Utf8JsonWriter json = new(body))
            {
                WriteLine(json, change);
            }

            body.Write("\n"u8);
        }

        GraphCall call = new(HttpMethod.Post, "/berth/v1/import", body.WrittenSpan.ToArray()) { ContentType = "application/x-ndjson" };
        GraphAnswer answer = await graph.SendAsync(call, cancel).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            GraphRefusal refusal = GraphRefusal.Of(answer);
            _problems.AddRange(changes.Select(change => Told(change, refusal.Message, refusal.Code)));
            return;
        }

        foreach (WireImportError error in answer.Read(SyncJson.Default.WireImported).Errors ?? [])
        {
            _problems.Add(error.Line >= 1 && error.Line <= changes.Length ? Told(changes[error.Line - 1], error.Message, error.Code) : error.Message);
        }
    }

    private async Task WriteAsync(SyncChange[] changes)
    {
        GraphAnswer[] answers = await graph.SendBatchAsync([.. changes.Select(CallOf)], cancel).ConfigureAwait(false);
        for (int i = 0; i < changes.Length; i++)
        {
            // Who has gone already need not go again.
            bool isGone = answers[i].Status == 404 && changes[i] is SyncChange.RemoveMember or SyncChange.DeleteUser or SyncChange.DeleteGroup;
            if (!answers[i].IsDone && !isGone)
            {
                GraphRefusal refusal = GraphRefusal.Of(answers[i]);
                _problems.Add(Told(changes[i], refusal.Message, refusal.Code));
            }
        }
    }

    private static string Told(SyncChange change, string message, string code) => $"{change.Subject} ({change.Detail}) was refused: {message} [{code}]";

    private static GraphCall CallOf(SyncChange change) => change switch
    {
        SyncChange.UpdateUser update => Patch($"/users/{update.Id}", json =>
        {
            foreach ((string name, string? value) in update.Properties)
            {
                json.WriteString(name, value);
            }
        }),
        SyncChange.EnableUser enable => Patch($"/users/{enable.Id}", json => json.WriteBoolean("accountEnabled", true)),
        SyncChange.DisableUser disable => Patch($"/users/{disable.Id}", json => json.WriteBoolean("accountEnabled", false)),
        SyncChange.UpdateGroup update => Patch($"/groups/{update.Id}", json =>
        {
            foreach ((string name, string? value) in ((string, string?)[])[("displayName", update.DisplayName), ("description", update.Description), ("mailNickname", update.Mark)])
            {
                if (value is not null)
                {
                    json.WriteString(name, value);
                }
            }
        }),
        SyncChange.DeleteUser delete => Delete($"/users/{delete.Id}"),
        SyncChange.DeleteGroup delete => Delete($"/groups/{delete.Id}"),
        SyncChange.RemoveMember remove => Delete($"/groups/{remove.Group}/members/{remove.User}/$ref"),
        _ => throw new InvalidOperationException("What comes is imported."),
    };

    private static GraphCall Delete(string path) => new(HttpMethod.Delete, GraphCall.Version + path);

    private static GraphCall Patch(string path, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new GraphCall(HttpMethod.Patch, GraphCall.Version + path, body.WrittenSpan.ToArray());
    }

    private static void WriteLine(Utf8JsonWriter json, SyncChange change)
    {
        json.WriteStartObject();
        switch (change)
        {
            case SyncChange.CreateUser { User: var user } made:
                json.WriteStartObject("user");
                json.WriteString("id", made.Id);
                json.WriteString("onPremisesImmutableId", made.Mark);
                json.WriteBoolean("accountEnabled", user.IsEnabled ?? true);
                foreach ((string name, string value) in user.Properties)
                {
                    json.WriteString(name, value);
                }

                if (!user.Properties.ContainsKey("displayName"))
                {
                    json.WriteString("displayName", user.Properties["userPrincipalName"]);
                }

                json.WriteEndObject();
                break;
            case SyncChange.CreateGroup { Group: var group } made:
                json.WriteStartObject("group");
                json.WriteString("id", made.Id);
                json.WriteString("displayName", group.DisplayName);
                json.WriteString("mailNickname", made.Mark);
                if (group.Description is { } description)
                {
                    json.WriteString("description", description);
                }

                json.WriteEndObject();
                break;
            case SyncChange.AddMember add:
                json.WriteStartObject("member");
                json.WriteString("groupId", add.Group);
                json.WriteString("userId", add.User);
                json.WriteEndObject();
                break;
            default:
                throw new InvalidOperationException("Nothing else is imported.");
        }

        json.WriteEndObject();
    }
}
