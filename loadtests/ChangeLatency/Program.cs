using System.CommandLine;
using HashBalancer.ChangeLatency;

Option<int> instances = new("--instances") { Description = "Instances of the service.", DefaultValueFactory = _ => 10 };
Option<int> changes = new("--changes") { Description = "Changes measured, after a tenth as many unmeasured ones.", DefaultValueFactory = _ => 500 };
RootCommand command = new("Measures how long a change in the registry takes to reach the snapshot that requests are routed by.") { instances, changes };
command.SetAction((arguments, cancellation) => Measurement.RunAsync(arguments.GetValue(instances), arguments.GetValue(changes), Console.Out, cancellation));
return await command.Parse(args).InvokeAsync();
