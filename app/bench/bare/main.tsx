/** The smallest page of Vite and React, against which the page's start is measured. */
import { useState } from "react";
import { createRoot } from "react-dom/client";

function Bare() {
  const [count, setCount] = useState(0);
  return (
    <main>
      <h1>Bare</h1>
      <button onClick={() => setCount(count + 1)}>{count}</button>
    </main>
  );
}

createRoot(document.getElementById("root")!).render(<Bare />);
