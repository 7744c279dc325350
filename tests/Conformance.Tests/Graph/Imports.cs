using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Berth.Graph;
using Berth.Graph.Desk;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Importing users, groups and members as JSON lines.</summary>
public sealed class Imports
{
    [Fact]
    public async Task Users_groups_and_members_come_in_one_stream_and_keep_their_ids()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = Guid.NewGuid(), group = Guid.NewGuid();
        await room.BuyAsync("SPE_E5", 1);
        JsonElement report = (await Import(room, $$$$"""
            {"user":{"id":"{{{{ada}}}}","displayName":"Ada","userPrincipalName":"ada@fabrikam.example","department":"Sales","proxyAddresses":["SMTP:a@x.example"]}}
            {"group":{"id":"{{{{group}}}}","displayName":"Sales","mailNickname":"sales"}}

              {"member":{"groupId":"{{{{group}}}}","userId":"{{{{ada}}}}"}}
            {"user":{"displayName":"Bob","userPrincipalName":"bob@fabrikam.example","accountEnabled":false,"passwordProfile":{"password":"x"}}}
            """)).Json;

        Assert.Equal((2, 1, 1, 0), Counts(report));
        Assert.Equal("Sales", (await room.DoAsync("GET", $"/v1.0/users/{ada}?$select=department")).GetProperty("department").GetString());
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));
        Assert.Equal(["SPE_E5 group Active None"], await room.StatesAsync(ada));
        Assert.False(room.Tenant.Users[room.Tenant.FindUser("bob@fabrikam.example")]!.AccountEnabled);
    }

    [Fact]
    public async Task A_bad_line_is_reported_with_its_number_and_leaves_the_others_alone()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = Guid.NewGuid(), group = Guid.NewGuid();
        string User(Guid id, string name) => $$$"""{"user":{"id":"{{{id}}}","displayName":"n","userPrincipalName":"{{{name}}}@fabrikam.example"}}""";
        (string Line, string? Code)[] lines =
        [
            (User(ada, "ada"), null),
            (User(ada, "other"), "idTaken"),
            (User(Guid.NewGuid(), "ADA"), "userPrincipalNameTaken"),
            ("{\"user\":", "jsonInvalid"),
            ("{}", "lineInvalid"),
            ("""{"device":{}}""", "propertyUnknown"),
            ("""{"user":{"displayName":"n"}}""", "valueMissing"),
            ("""{"user":{"displayName":"n","userPrincipalName":"e@x.example","color":"red"}}""", "propertyUnknown"),
            ("""{"user":{"displayName":"n","userPrincipalName":"e@x.example","usageLocation":"XX"}}""", "valueInvalid"),
            ($$$"""{"group":{"id":"{{{group}}}","displayName":"g"}}""", null),
            ($$$"""{"group":{"id":"{{{group}}}","displayName":"g"}}""", "idTaken"),
            ("""{"group":{"securityEnabled":true}}""", "valueMissing"),
            ($$$"""{"member":{"groupId":"{{{group}}}","userId":"{{{ada}}}"}}""", null),
            ($$$"""{"member":{"groupId":"{{{group}}}","userId":"{{{ada}}}"}}""", "alreadyMember"),
            ($$$"""{"member":{"groupId":"{{{group}}}","userId":"{{{Guid.NewGuid()}}}"}}""", "resourceNotFound"),
            ($$$"""{"member":{"groupId":"{{{ada}}}","userId":"{{{ada}}}"}}""", "resourceNotFound"),
            ($$$"""{"member":{"groupId":"{{{group}}}"}}""", "valueMissing"),
            ($$$"""{"member":{"groupId":"g","userId":"u"}}""", "guidInvalid"),
            ($$$"""{"user":{"displayName":"n","userPrincipalName":"z@x.example"},"group":{"displayName":"g"}}""", "lineInvalid"),
            (User(Guid.NewGuid(), "last"), null),
        ];

        JsonElement report = (await Import(room, string.Join("\r\n", lines.Select(line => line.Line)))).Json;
        Assert.Equal((2, 1, 1, lines.Count(line => line.Code is not null)), Counts(report));
        Assert.Equal(
            lines.Select((line, i) => (i + 1, line.Code)).Where(line => line.Code is not null),
            report.GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("line").GetInt32(), error.GetProperty("code").GetString())));
        Assert.All(report.GetProperty("errors").EnumerateArray(), error => Assert.NotEmpty(error.GetProperty("message").GetString()!));
    }

    [Fact]
    public async Task Lines_become_commands_of_bounded_size()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach ((int lines, int commands) in ((int, int)[])[(GraphLimits.ImportChunkLines - 1, 1), (GraphLimits.ImportChunkLines, 1), (GraphLimits.ImportChunkLines + 1, 2)])
        {
            long before = room.Tenant.Version;
            StringBuilder body = new();
            for (int i = 0; i < lines; i++)
            {
                body.Append($$$"""{"user":{"displayName":"u","userPrincipalName":"u{{{before}}}x{{{i}}}@fabrikam.example"}}""").Append('\n');
            }

            Assert.Equal((lines, 0, 0, 0), Counts((await Import(room, body.ToString())).Json));
            Assert.Equal(before + commands, room.Tenant.Version);
        }
    }

    [Fact]
    public async Task Lines_become_commands_of_a_bounded_number_of_bytes()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        const int LineBytes = GraphLimits.ImportChunkBytes / 5;
        foreach ((int lines, int commands) in ((int, int)[])[(4, 1), (5, 1), (6, 2)])
        {
            long before = room.Tenant.Version;
            StringBuilder body = new();
            for (int i = 0; i < lines; i++)
            {
                string line = $$$"""{"group":{"displayName":"g{{{i}}}"}}""";
                body.Append(line.Insert(1, new string(' ', LineBytes + 1 - line.Length))).Append('\n');
            }

            Assert.Equal((0, lines, 0, 0), Counts((await Import(room, body.ToString())).Json));
            Assert.Equal(before + commands, room.Tenant.Version);
        }
    }

    [Fact]
    public async Task A_stream_is_read_no_further_than_the_line_that_is_asked_for()
    {
        byte[] text = new byte[16 * 1024 * 1024];
        Array.Fill(text, (byte)'x');
        text[10] = (byte)'\n';
        using MemoryStream stream = new(text);
        using ImportLines lines = new(stream);
        Assert.Equal(10, (await lines.NextAsync(TestContext.Current.CancellationToken))!.Value.Bytes!.Value.Length);
        Assert.True(stream.Position <= 64 * 1024);
    }

    [Fact]
    public async Task An_import_of_half_a_gibibyte_passes_through()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BERTH_LONG") == "1", "A long run: BERTH_LONG=1.");
        await using RunningRoom room = await RunningRoom.OpenAsync();
        using BlankLines body = new(512L * 1024 * 1024);
        using StreamContent content = new(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-ndjson");
        Answer answer = await room.SendAsync("POST", "/berth/v1/import", content);
        Assert.Equal((0, body.Lines, 0, 0), Counts(answer.Json));
    }

    [Fact]
    public async Task An_import_that_says_it_is_larger_than_the_limit_is_refused_before_it_is_read()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", room.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                "POST /berth/v1/import HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer *\r\nContent-Type: application/x-ndjson\r\n"
                + $"Content-Length: {GraphLimits.ImportBytes + 1}\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream);
        Assert.StartsWith("HTTP/1.1 413 ", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_names_a_bounded_number_of_bad_lines_and_counts_the_rest()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach (int bad in (int[])[GraphLimits.ImportErrors, GraphLimits.ImportErrors + 3])
        {
            JsonElement report = (await Import(room, string.Join('\n', Enumerable.Repeat("x", bad)))).Json;
            Assert.Equal(Math.Min(bad, GraphLimits.ImportErrors), report.GetProperty("errors").GetArrayLength());
            Assert.Equal((bad, Math.Max(0, bad - GraphLimits.ImportErrors)), (report.GetProperty("errorCount").GetInt32(), report.GetProperty("errorsLeftOut").GetInt32()));
        }
    }

    [Fact]
    public async Task A_line_may_be_as_long_as_its_limit_and_a_longer_one_is_skipped()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string Line(string name, int bytes)
        {
            string line = $$$"""{"user":{"displayName":"n","userPrincipalName":"{{{name}}}@fabrikam.example""";
            return line + new string(' ', bytes - line.Length - 3) + "\"}}";
        }

        // The blanks stand inside a text here, so the line cannot be trimmed: the name is refused, not the line.
        JsonElement report = (await Import(room, string.Join('\n', Line("a", GraphLimits.ImportLineBytes), Line("b", GraphLimits.ImportLineBytes + 1), Line("c", 200)))).Json;
        Assert.Equal(
            [(1, "valueInvalid"), (2, "lineTooLong"), (3, "valueInvalid")],
            report.GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("line").GetInt32(), error.GetProperty("code").GetString())));
    }

    [Fact]
    public async Task A_stream_is_cut_into_the_same_lines_however_it_arrives()
    {
        byte[] text = Encoding.UTF8.GetBytes("\uFEFF{\"a\":1}\r\n\n  \n{\"b\":\"zwölf\"}\n{\"c\":3}");
        foreach (int portion in (int[])[1, 2, 3, 7, text.Length])
        {
            using ImportLines lines = new(new SlowStream(text, portion));
            List<(int, string)> read = [];
            while (await lines.NextAsync(TestContext.Current.CancellationToken) is { } line)
            {
                read.Add((line.Number, Encoding.UTF8.GetString(line.Bytes!.Value.Span)));
            }

            Assert.Equal([(1, "{\"a\":1}"), (4, "{\"b\":\"zwölf\"}"), (5, "{\"c\":3}")], read);
        }
    }

    [Fact]
    public async Task An_import_that_is_sent_again_under_its_id_happens_once_and_gives_the_same_report()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        StringBuilder body = new("x\n");
        for (int i = 0; i <= GraphLimits.ImportChunkLines; i++)
        {
            body.Append($$$"""{"user":{"displayName":"u","userPrincipalName":"u{{{i % GraphLimits.ImportChunkLines}}}@fabrikam.example"}}""").Append('\n');
        }

        (string, string) id = ("Repeatability-Request-ID", Guid.NewGuid().ToString());
        Answer first = await Import(room, body.ToString(), id);
        long version = room.Tenant.Version;
        Assert.Equal((GraphLimits.ImportChunkLines, 0, 0, 2), Counts(first.Json));
        Assert.Equal(first.Text, (await Import(room, body.ToString(), id)).Text);
        Assert.Equal(version, room.Tenant.Version);

        using StringContent other = new(body.ToString().Replace("u7@", "v7@", StringComparison.Ordinal), Encoding.UTF8, "application/x-ndjson");
        Answer refused = await room.SendAsync("POST", "/berth/v1/import", other, "*", id);
        Assert.Equal((400, "repeatedDifferently"), (refused.Status, refused.InnerCode));
        Assert.Equal(version, room.Tenant.Version);
    }

    [Fact]
    public async Task An_empty_import_brings_nothing_and_another_content_type_is_refused()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.Equal((0, 0, 0, 0), Counts((await Import(room, "")).Json));
        Assert.Equal(415, (await room.SendAsync("POST", "/berth/v1/import", "{}")).Status);
        Assert.Equal(405, (await room.SendAsync("GET", "/berth/v1/import")).Status);
    }

    private static (int Users, int Groups, int Members, int Errors) Counts(JsonElement report) => (
        report.GetProperty("users").GetInt32(), report.GetProperty("groups").GetInt32(), report.GetProperty("members").GetInt32(), report.GetProperty("errorCount").GetInt32());

    private static async Task<Answer> Import(RunningRoom room, string lines, params (string, string)[] headers)
    {
        using StringContent content = new(lines, new UTF8Encoding(false), "application/x-ndjson");
        Answer answer = await room.SendAsync("POST", "/berth/v1/import", content, "*", headers);
        Assert.True(answer.Status == 200, answer.Text);
        return answer;
    }

    private sealed class SlowStream(byte[] bytes, int portion) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, portion)], cancellationToken);
    }

    /// <summary>Groups, each on a line of a hundred kibibytes of blanks, made while they are read.</summary>
    private sealed class BlankLines(long atLeast) : Stream
    {
        private byte[] _line = [];
        private int _at;
        private long _made;

        public int Lines { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_at == _line.Length && _made < atLeast)
            {
                string line = $$$"""{"group":{"displayName":"g{{{Lines++}}}"}}""";
                _line = Encoding.UTF8.GetBytes(line.Insert(1, new string(' ', 100 * 1024)) + "\n");
                _at = 0;
                _made += _line.Length;
            }

            int read = Math.Min(count, _line.Length - _at);
            _line.AsSpan(_at, read).CopyTo(buffer.AsSpan(offset));
            _at += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
