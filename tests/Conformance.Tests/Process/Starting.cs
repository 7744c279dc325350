using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>How the program starts, and how it says that it cannot.</summary>
public sealed class Starting
{
    [Theory]
    [InlineData("")]
    [InlineData("sail")]
    [InlineData("serve --sail")]
    [InlineData("serve --seed none")]
    [InlineData("serve --demo --seed fabrikam")]
    [InlineData("serve --db Host=db;Username=berth")]
    [InlineData("serve --urls ftp://127.0.0.1:1")]
    [InlineData("serve --urls http://berth.example:1")]
    [InlineData("serve --urls http://127.0.0.1:65536")]
    [InlineData("serve --urls http://127.0.0.1:0 --https http://localhost:0")]
    [InlineData("serve --demo --urls http://0.0.0.0:0")]
    [InlineData("serve --demo --urls http://*:0")]
    [InlineData("serve --demo --urls http://127.0.0.1:0;http://192.0.2.1:0")]
    [InlineData("serve --demo --https https://[::]:0")]
    public async Task Bad_usage_is_one_line_and_exit_code_2(string line)
    {
        (int exitCode, string output, string errors) = await BerthProcess.CommandAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.StartsWith("berth: ", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seventeen_addresses_are_one_too_many()
    {
        string sixteen = string.Join(';', Enumerable.Repeat("http://127.0.0.1:0", 16));
        await using BerthProcess berth = await BerthProcess.StartAsync(null, "--demo", "--seed", "none", "--urls", sixteen);
        (int exitCode, _, string errors) = await BerthProcess.CommandAsync("serve", "--demo", "--urls", sixteen + ";http://127.0.0.1:0");

        Assert.Equal(16, berth.Lines.Count(said => said.StartsWith("Berth listens on ", StringComparison.Ordinal)));
        Assert.Equal(2, exitCode);
        Assert.Contains("between 1 and 16 addresses", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_exit_code_2()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        await using BerthProcess berth = BerthProcess.Launch(null, "--demo", "--seed", "none", "--urls", address);

        await EndsWith2Async(berth, address[7..]);
    }

    [Fact]
    public async Task An_address_this_machine_does_not_have_is_one_line_and_exit_code_2()
    {
        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
        await using BerthProcess berth = BerthProcess.Launch(null, "--urls", "http://192.0.2.7:0");

        await EndsWith2Async(berth, "does not have the address");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_one_line_and_exit_code_2()
    {
        string file = Path.GetTempFileName();
        try
        {
            await using BerthProcess berth = BerthProcess.Launch(Path.Combine(file, "data"));
            await EndsWith2Async(berth, file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_database_in_use_by_another_process_is_one_line_and_exit_code_2()
    {
        await using BerthProcess first = await BerthProcess.StartEmptyDemoAsync();
        await using BerthProcess second = BerthProcess.Launch(first.Data);

        await EndsWith2Async(second, first.Data);
        Assert.False(first.HasExited);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_one_line_and_exit_code_2()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        Assert.Equal(0, await berth.StopAsync());
        await using (SqliteConnection database = new($"Data Source={Path.Combine(berth.Data, "berth.db")};Pooling=False"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteCommand command = database.CreateCommand();
            command.CommandText = "UPDATE meta SET value = value + 1 WHERE name = 'schema'";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await using BerthProcess older = BerthProcess.Launch(berth.Data);

        await EndsWith2Async(older, "newer version");
    }

    [Fact]
    public async Task The_demo_says_in_ten_lines_where_it_is_and_what_to_try()
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null, "--demo", "--https", "https://localhost:0");

        Assert.InRange(berth.Lines.Count, 1, 10);
        Assert.Contains(berth.Lines, line => line.Contains("250 users, 20 groups, 12 subscriptions", StringComparison.Ordinal));
        Assert.Equal(3, berth.Lines.Count(line => line.StartsWith("  ", StringComparison.Ordinal)));
        Assert.Empty(berth.Errors);
    }

    [Theory]
    [InlineData("contoso")]
    [InlineData("none")]
    public async Task The_commands_that_the_demo_suggests_work_as_they_stand(string seed)
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null, "--demo", "--seed", seed);
        foreach (string command in berth.Lines.Where(line => line.StartsWith("  ", StringComparison.Ordinal)))
        {
            string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(BerthProcess.Program, words[0]);
            (int exitCode, string output, string errors) = await BerthProcess.CommandAsync(words[1..]);
            Assert.True(exitCode == 0, $"{command}: {output}{errors}");
        }
    }

    [Fact]
    public async Task Neither_the_folder_of_work_nor_the_environment_changes_what_the_command_line_says()
    {
        string folder = Directory.CreateTempSubdirectory("berth-test-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), "{ broken", TestContext.Current.CancellationToken);
            Dictionary<string, string> environment = new()
            {
                ["ASPNETCORE_URLS"] = "http://0.0.0.0:0",
                ["ASPNETCORE_HTTP_PORTS"] = "0",
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["Kestrel__Endpoints__Other__Url"] = "http://0.0.0.0:0",
                ["Logging__LogLevel__Default"] = "Trace",
            };
            await using BerthProcess berth = BerthProcess.LaunchIn(folder, environment, null, "--demo", "--seed", "none");
            await berth.WaitUntilListeningAsync();
            await berth.TokenAsync();

            Assert.Equal("127.0.0.1", Assert.Single(berth.Lines, line => line.StartsWith("Berth listens on ", StringComparison.Ordinal)).Split('/')[2].Split(':')[0]);
            Assert.Equal(0, await berth.StopAsync());
            Assert.Empty(berth.Errors);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static async Task EndsWith2Async(BerthProcess berth, string mention)
    {
        Assert.Equal(2, await berth.ExitAsync());
        string line = Assert.Single(berth.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("berth: ", line, StringComparison.Ordinal);
        Assert.Contains(mention, line, StringComparison.Ordinal);
    }
}
