using System.Globalization;
using System.Text;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>A parser that bytes of others reach (B760): where they come from, which constants bound them, which test tries it, and with how many inputs a run.</summary>
/// <param name="Parser">What is read.</param>
/// <param name="From">Who sends it, and on which way.</param>
/// <param name="Limits">The names of the constants, as <c>Type.Member</c>, with commas between.</param>
/// <param name="Test">The test, as <c>Class.Method</c> of this namespace.</param>
/// <param name="PerRun">The inputs of one run; a long one tries <see cref="LongerBy"/> times as many.</param>
internal sealed record Inputs(string Parser, string From, string Limits, string Test, int PerRun)
{
    /// <summary>How much longer <c>BERTH_LONG=1</c> is.</summary>
    public const int LongerBy = 50;

    /// <summary>Everything that is read of others.</summary>
    public static IReadOnlyList<Inputs> All { get; } =
    [
        new("requests at every route: path, query options, headers, JSON bodies, batches, imports, tables", "a program with a token", "GraphLimits.PathCharacters, GraphLimits.QueryCharacters, GraphLimits.BodyBytes, GraphLimits.JsonDepth", Of<ServerInputs>(nameof(ServerInputs.Odd_requests_at_every_route)), 1_500),
        new("query options: `$filter`, `$search`, `$orderby`, `$select`, `$expand`, tokens of pages and deltas", "a program with a token", "GraphLimits.FilterCharacters, GraphLimits.FilterDepth, GraphLimits.SearchDepth, GraphLimits.Expansions, GraphLimits.DeltaTokenCharacters", Of<ServerInputs>(nameof(ServerInputs.Odd_query_options_of_lists)), 800),
        new("`$batch` and `dependsOn`", "a program with a token", "GraphLimits.BatchItems, GraphLimits.BatchIdCharacters", Of<ServerInputs>(nameof(ServerInputs.Odd_batches_and_dependencies)), 100),
        new("requests of who administers the installation: tenants, keys, receivers of alerts", "an administrator", "SetUpEndpoint.LongestBody, KeysEndpoint.LongestBody, Applications.LongestBody", Of<InstallationInputs>(nameof(InstallationInputs.Odd_requests_of_who_administers_the_installation)), 50),
        new("tokens of the `Authorization` header", "anybody", "EdgeLimits.Token, ServerLimits.RequestHeadersTotal", Of<ServerInputs>(nameof(ServerInputs.Odd_tokens_of_anybody)), 300),
        new("forms, codes, assertions, challenges and cookies of sign-in; set-up; discovery", "anybody", "TokenRequestLimits.Body, TokenRequestLimits.ParameterValue, IdentityLimits.State, IdentityLimits.RedirectUri", Of<ServerInputs>(nameof(ServerInputs.Odd_forms_of_strangers)), 500),
        new("HTTP itself", "anybody", "ServerLimits.RequestLine, ServerLimits.RequestHeadersTotal, ServerLimits.RequestHeaderCount", Of<ServerInputs>(nameof(ServerInputs.Odd_bytes_on_the_wire)), 200),
        new("membership rules and their regular expressions", "a program with a token", "RuleLimits.LongestRule, RuleLimits.MostPatternStates", Of<ParserInputs>(nameof(ParserInputs.Odd_membership_rules)), 400),
        new("cron expressions", "a program with a token", "CronExpression.Longest", Of<ParserInputs>(nameof(ParserInputs.Odd_cron_expressions)), 400),
        new("naming templates", "a program with a token", "GraphLimits.BodyBytes", Of<ParserInputs>(nameof(ParserInputs.Odd_naming_templates)), 300),
        new("paths of Graph", "a program with a token", "GraphLimits.PathCharacters, GraphLimits.PathSegments", Of<ParserInputs>(nameof(ParserInputs.Odd_paths_of_Graph)), 400),
        new("`$skiptoken` and `$deltatoken` with good checksums", "a program with a token", "GraphLimits.DeltaTokenCharacters", Of<ParserInputs>(nameof(ParserInputs.Odd_tokens_of_pages)), 400),
        new("filters and paths of SCIM", "an identity provider", "ScimLimits.FilterCharacters, ScimLimits.FilterDepth", Of<ParserInputs>(nameof(ParserInputs.Odd_filters_of_SCIM)), 400),
        new("operations of SCIM", "an identity provider", "ScimLimits.Operations, ScimLimits.Values", Of<ParserInputs>(nameof(ParserInputs.Odd_operations_of_SCIM)), 300),
        new("the product table", "a program with a token; who runs `berth catalog import`", "GraphLimits.TableBytes", Of<ParserInputs>(nameof(ParserInputs.Odd_product_tables)), 300),
        new("filters of reports", "a program with a token", "GraphLimits.FilterCharacters, GraphLimits.FilterDepth", Of<ParserInputs>(nameof(ParserInputs.Odd_filters_of_reports)), 300),
        new("tenants named in tokens and codes at the edge of a cluster", "anybody", "EdgeLimits.Token", Of<ParserInputs>(nameof(ParserInputs.Odd_tokens_at_the_edge)), 300),
        new("answers of an issuer: discovery, keys, tokens", "the issuer of `--oidc-issuer`", "ExternalIssuer.LongestAnswer", Of<AnswerInputs>(nameof(AnswerInputs.Odd_answers_of_issuers)), 100),
        new("answers of receivers of notifications", "the receiver", "NotificationLimits.HandshakeBytes", Of<AnswerInputs>(nameof(AnswerInputs.Odd_answers_of_receivers)), 100),
        new("lists of users (CSV)", "a file of who runs `berth bulk`", "ClientLimits.ListBytes, ClientLimits.ListRows, ClientLimits.ListField", Of<ParserInputs>(nameof(ParserInputs.Odd_lists_of_users)), 300),
        new("tables of people and members (CSV)", "a file of who runs `berth sync csv`", "ClientLimits.ListBytes", Of<ParserInputs>(nameof(ParserInputs.Odd_tables_of_people)), 100),
        new("licenses as code (YAML)", "a file of who runs `berth plan`", "CodeLimits.Bytes, CodeLimits.Depth, CodeLimits.TextCharacters", Of<ParserInputs>(nameof(ParserInputs.Odd_licenses_as_code)), 300),
        new("settings of the server", "a file of who runs `berth serve`", "ServeSettings.LongestFile", Of<ParserInputs>(nameof(ParserInputs.Odd_settings_of_the_server)), 200),
        new("settings of LDAP", "a file of who runs `berth sync ldap`", "SyncLimits.SettingsBytes", Of<ParserInputs>(nameof(ParserInputs.Odd_settings_of_LDAP)), 200),
        new("addresses and schedules of the command line", "who runs it", "SyncLimits.LongestPause", Of<ParserInputs>(nameof(ParserInputs.Odd_words_of_the_command_line)), 200),
        new("exports of a database", "a file of who runs `berth db import`", "TransferFile.MostBytes", Of<ParserInputs>(nameof(ParserInputs.Odd_exports_of_databases)), 200),
        new("answers of a tenant that is copied", "the Graph that `berth pull` asks", "ConnectLimits.AnswerBytes", Of<TenantInputs>(nameof(TenantInputs.Odd_answers_of_tenants_that_are_copied)), 100),
        new("answers of a tenant that is written to", "the Graph that `berth apply` writes to", "ConnectLimits.AnswerBytes, ApplyLimits.Pages", Of<TenantInputs>(nameof(TenantInputs.Odd_answers_of_tenants_that_are_written_to)), 60),
        new("runs of `berth apply`", "files that it wrote", "ApplyLimits.Calls", Of<FileInputs>(nameof(FileInputs.Odd_files_of_runs)), 200),
        new("changes and saved plans", "a file of who runs `berth plan`", "ChangeFile.MostBytes", Of<FileInputs>(nameof(FileInputs.Odd_files_of_plans)), 200),
        new("objects that the cmdlets are given", "a script", "ShellLimits.Depth, ShellLimits.Changes", Of<ShellInputs>(nameof(ShellInputs.Odd_objects_for_the_cmdlets)), 400),
        new("answers that the cmdlets are given", "the server of `Connect-Berth`", "ShellLimits.AnswerBytes", Of<ShellInputs>(nameof(ShellInputs.Odd_answers_for_the_cmdlets)), 100),
        new("lists of users in the browser (CSV)", "a file that somebody drops on the admin center", "UserList.MostBytes, UserList.MostLines, CsvText.LongestField", Of<BrowserInputs>(nameof(BrowserInputs.Odd_lists_in_the_browser)), 300),
        new("copies of real tenants", "a file that `berth pull` wrote", "CopyHead.Format", Of<ParserInputs>(nameof(ParserInputs.Odd_copies_of_tenants)), 200),
    ];

    /// <summary>The row of a test.</summary>
    public static Inputs For(string test) => All.Single(one => one.Test.EndsWith("." + test, StringComparison.Ordinal));

    /// <summary>The table of <c>docs/reliability.md</c>.</summary>
    public static string Table()
    {
        StringBuilder table = new("| what is read | from | bounded by | tried by | inputs a run |\n|---|---|---|---|---|\n");
        foreach (Inputs one in All)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {one.Parser} | {one.From} | {string.Join(", ", one.Limits.Split(", ").Select(limit => $"`{limit}`"))} | `{one.Test}` | {one.PerRun:N0} |\n");
        }

        return table.ToString();
    }

    private static string Of<TTest>(string method) => $"{typeof(TTest).Name}.{method}";
}
