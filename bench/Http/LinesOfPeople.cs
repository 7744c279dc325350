using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Berth.Bench.Http;

/// <summary>The lines of an import, written as they go: people, a group of all of them and a group of every second one.</summary>
internal sealed class LinesOfPeople : HttpContent
{
    private readonly Guid[] _users;
    private readonly Guid _everybody;
    private readonly Guid _second;
    private readonly string _prefix;

    public LinesOfPeople(Guid[] users, Guid everybody, Guid second, string prefix = "")
    {
        (_users, _everybody, _second, _prefix) = (users, everybody, second, prefix);
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using StreamWriter lines = new(stream, bufferSize: 1 << 16, leaveOpen: true);
        foreach ((Guid id, string name) in ((Guid, string)[])[(_everybody, "everybody"), (_second, "second")])
        {
            await lines.WriteAsync(string.Create(CultureInfo.InvariantCulture, $$$"""{"group":{"id":"{{{id}}}","displayName":"{{{_prefix}}}{{{name}}}","mailNickname":"{{{_prefix}}}{{{name}}}","mailEnabled":false,"securityEnabled":true}}""") + "\n");
        }

        for (int i = 0; i < _users.Length; i++)
        {
            await lines.WriteAsync(string.Create(
                CultureInfo.InvariantCulture,
                $$$"""{"user":{"id":"{{{_users[i]}}}","userPrincipalName":"{{{_prefix}}}user{{{i}}}@contoso.example","displayName":"User {{{i:D7}}}","mailNickname":"{{{_prefix}}}user{{{i}}}","accountEnabled":true,"usageLocation":"US","department":"D{{{i % 10}}}"}}""") + "\n");
        }

        for (int i = 0; i < _users.Length; i++)
        {
            await lines.WriteAsync($$$"""{"member":{"groupId":"{{{_everybody}}}","userId":"{{{_users[i]}}}"}}""" + "\n");
            if ((i & 1) != 0)
            {
                await lines.WriteAsync($$$"""{"member":{"groupId":"{{{_second}}}","userId":"{{{_users[i]}}}"}}""" + "\n");
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
