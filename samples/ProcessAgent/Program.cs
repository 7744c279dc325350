using System.Runtime.InteropServices;
using ProcessAgent;

if (args is ["machine", string folder])
{
    return await MachineProcess.RunAsync(folder);
}

if (AgentOptions.Read(args, Environment.GetEnvironmentVariable, out string problem) is not { } options)
{
    Console.Error.WriteLine(problem);
    return 2;
}

using CancellationTokenSource stopping = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using HostDoor door = new(options);
await new Agent(options, door, new Machines(options.State, options.MemoryGB)).RunAsync(stopping.Token);
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
