console.log(`Hello from Node.js ${process.versions.node}, by way of the queue.`);
