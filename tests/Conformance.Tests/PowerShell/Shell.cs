using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Security;
using Xunit;
using Hosted = System.Management.Automation.PowerShell;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>What a script gave.</summary>
/// <param name="Output">The objects.</param>
/// <param name="Errors">The errors it went on after.</param>
/// <param name="Fatal">The error that ended it; null when it came to its end.</param>
/// <param name="Warnings">The warnings.</param>
/// <param name="Progress">What the progress said, such as <c>Planning: 3 users</c>.</param>
/// <param name="Screen">What stood on the screen: the lines of -WhatIf, say.</param>
/// <param name="Questions">What the person was asked.</param>
internal sealed record Said(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    ErrorRecord? Fatal,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Progress,
    IReadOnlyList<string> Screen,
    IReadOnlyList<string> Questions)
{
    /// <summary>The objects of a type, when nothing went wrong.</summary>
    public T[] Of<T>()
    {
        Clean();
        return [.. Output.Select(static one => one.BaseObject).Cast<T>()];
    }

    /// <summary>The single object of a type.</summary>
    public T One<T>() => Assert.Single(Of<T>());

    /// <summary>Nothing went wrong.</summary>
    public Said Clean()
    {
        Assert.True(Fatal is null && Errors.Count == 0, $"{Fatal}\n{Fatal?.Exception}\n{string.Join('\n', Errors.Select(static one => $"{one.FullyQualifiedErrorId}: {one}"))}");
        return this;
    }

    /// <summary>The error that ended it.</summary>
    public ErrorRecord Ending(string code, ErrorCategory category)
    {
        Assert.NotNull(Fatal);
        Assert.Equal((code, category), (Fatal.FullyQualifiedErrorId.Split(',')[0], Fatal.CategoryInfo.Category));
        return Fatal;
    }

    /// <summary>The one error it went on after.</summary>
    public ErrorRecord Error(string code, ErrorCategory category)
    {
        Assert.Null(Fatal);
        ErrorRecord error = Assert.Single(Errors);
        Assert.Equal((code, category), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        return error;
    }
}

/// <summary>A real PowerShell in this process, with the published module in it and a person at its screen whose answers are given beforehand.</summary>
internal sealed class Shell : IDisposable
{
    private readonly Runspace _runspace;
    private readonly Screen _screen;

    static Shell()
    {
        // Read once, when PowerShell is first touched: it writes home and keeps its caches there unless told otherwise.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        Environment.SetEnvironmentVariable("POWERSHELL_UPDATECHECK", "Off");
        Environment.SetEnvironmentVariable("PSModuleAnalysisCachePath", OperatingSystem.IsWindows() ? "NUL" : "/dev/null");
    }

    private Shell(Runspace runspace, Screen screen) => (_runspace, _screen) = (runspace, screen);

    /// <summary>Opens one.</summary>
    /// <param name="module">The folder of the module; null for a PowerShell as it comes.</param>
    public static Shell Open(string? module)
    {
        Screen screen = new();
        InitialSessionState state = InitialSessionState.CreateDefault();
        Runspace runspace = RunspaceFactory.CreateRunspace(screen, state);
        runspace.Open();
        Shell shell = new(runspace, screen);
        if (module is not null)
        {
            shell.Run("param($path) Import-Module $path -ErrorAction Stop", ("path", Path.Combine(module, "Berth.PowerShell.psd1"))).Clean();
        }

        return shell;
    }

    /// <summary>Runs a script with parameters.</summary>
    public Said Run(string script, params (string Name, object? Value)[] parameters) => Run(script, null, parameters);

    /// <summary>The same while somebody reads each warning as it comes.</summary>
    public Said Run(string script, Action<string>? onWarning, params (string Name, object? Value)[] parameters)
    {
        _screen.Lines.Clear();
        _screen.Questions.Clear();
        using Hosted shell = Hosted.Create(_runspace);

        // What ends a cmdlet ends a statement only, and a script goes on with the next one; here it ends the script and is told apart from what a cmdlet goes on after.
        shell.AddScript("param($said, $with) $global:ended = $null; try { & ([scriptblock]::Create($said)) @with } catch { $global:ended = $_ }")
            .AddParameter("said", script)
            .AddParameter("with", parameters.ToDictionary(static one => one.Name, static one => one.Value));

        if (onWarning is not null)
        {
            shell.Streams.Warning.DataAdded += (_, added) => onWarning(shell.Streams.Warning[added.Index].Message);
        }

        Collection<PSObject> output = [];
        shell.Invoke(null, output);
        return new Said(
            [.. output],
            [.. shell.Streams.Error],
            (_runspace.SessionStateProxy.GetVariable("ended") as PSObject)?.BaseObject as ErrorRecord ?? _runspace.SessionStateProxy.GetVariable("ended") as ErrorRecord,
            [.. shell.Streams.Warning.Select(static one => one.Message)],
            [.. shell.Streams.Progress.Select(static one => $"{one.Activity}: {one.StatusDescription}")],
            [.. _screen.Lines],
            [.. _screen.Questions]);
    }

    /// <summary>What the person answers to questions from now on: 0 yes, 2 no, as PowerShell numbers them.</summary>
    public void Answer(int choice) => _screen.Choice = choice;

    /// <inheritdoc/>
    public void Dispose() => _runspace.Dispose();

    private sealed class Screen : PSHost
    {
        public List<string> Lines { get; } = [];

        public List<string> Questions { get; } = [];

        public int Choice { get; set; } = 2;

        public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

        public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

        public override Guid InstanceId { get; } = Guid.NewGuid();

        public override string Name => "Tests";

        public override PSHostUserInterface UI => field ??= new Surface(this);

        public override Version Version { get; } = new(1, 0);

        public override void EnterNestedPrompt() => throw new NotSupportedException();

        public override void ExitNestedPrompt() => throw new NotSupportedException();

        public override void NotifyBeginApplication()
        {
        }

        public override void NotifyEndApplication()
        {
        }

        public override void SetShouldExit(int exitCode)
        {
        }
    }

    private sealed class Surface(Screen screen) : PSHostUserInterface
    {
        public override PSHostRawUserInterface RawUI => null!;

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw new NotSupportedException(message);

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            screen.Questions.Add(message);
            return screen.Choice;
        }

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw new NotSupportedException(message);

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw new NotSupportedException(message);

        public override string ReadLine() => throw new NotSupportedException();

        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

        public override void Write(string value) => screen.Lines.Add(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => screen.Lines.Add(value);

        public override void WriteDebugLine(string message)
        {
        }

        public override void WriteErrorLine(string value) => screen.Lines.Add(value);

        public override void WriteLine(string value) => screen.Lines.Add(value);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override void WriteVerboseLine(string message)
        {
        }

        public override void WriteWarningLine(string message)
        {
        }
    }
}
